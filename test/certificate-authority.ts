/** A CA of one test and the certificates that it signs, as PEM files, made with `openssl`, which a machine may lack. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate, or the request for one, and its key. */
export interface IssuedCertificate {
  /** PEM of the certificate. */
  readonly cert: string
  /** PEM of the private key, PKCS #8. */
  readonly key: string
  /** File with both, as Java's PEM keystores want it. */
  readonly keyStore: string
}

/** Subject alternative names of this machine. */
export const LOOPBACK_NAMES = ['DNS:localhost', 'IP:127.0.0.1']

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export class CertificateAuthority {
  /** File with the certificate of the CA. */
  readonly file: string
  readonly #folder: string
  #issued = 0

  private constructor(folder: string) {
    this.#folder = folder
    this.file = join(folder, 'ca.pem')
  }

  /** Makes a CA; undefined without an `openssl` that can. */
  static create(folder: string): CertificateAuthority | undefined {
    mkdirSync(folder, { recursive: true })
    const authority = new CertificateAuthority(folder)
    const files = ['-keyout', join(folder, 'ca.key'), '-out', authority.file]
    const { status } = spawnSync('openssl', ['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=Test CA', ...files])
    return status === 0 ? authority : undefined
  }

  /** PEM of the certificate of the CA. */
  get cert(): string {
    return readFileSync(this.file, 'utf8')
  }

  /** A certificate for these alternative names. With `days` below 0 it has expired. */
  issue(
    subject: string,
    { names = LOOPBACK_NAMES, days = 2 }: { readonly names?: readonly string[]; readonly days?: number } = {},
  ): IssuedCertificate {
    const path = join(this.#folder, `${++this.#issued}`)
    const request = [
      '-subj',
      `/CN=${subject}`,
      '-addext',
      `subjectAltName=${names.join(',')}`,
      '-keyout',
      `${path}.key`,
      '-out',
      `${path}.csr`,
    ]
    run(['req', '-new', ...newKey, ...request])
    const issuer = ['-CA', this.file, '-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial', '-copy_extensions', 'copy']
    run(['x509', '-req', '-in', `${path}.csr`, ...issuer, '-days', String(days), '-out', `${path}.pem`])
    const [cert, key] = [readFileSync(`${path}.pem`, 'utf8'), readFileSync(`${path}.key`, 'utf8')]
    writeFileSync(`${path}.store`, `${key}${cert}`)
    return { cert, key, keyStore: `${path}.store` }
  }
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`)
}
