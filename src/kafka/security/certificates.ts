/** Checks certificates and keys before a connection: what OpenSSL says of them in the middle of a handshake names no setting. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { wallClock } from '../../base/index.ts'
import type { KafkaCertificates } from './security.ts'

/** A mistake in a setting of TLS, such as `tls.ca`. The message shows no key. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
  readonly setting: string

  constructor(setting: string, problem: string, cause?: unknown) {
    super(`${setting} ${problem}`, { cause })
    this.setting = setting
  }
}

/** @throws `CertificateError` for PEM that does not parse, an expired certificate, and a key of another certificate. */
export function checkCertificates({ ca, cert, key, passphrase }: KafkaCertificates, now = wallClock()): void {
  if (ca !== undefined) {
    const ends = parsedCertificates('tls.ca', ca).map(each => each.validToDate.getTime())
    if (Math.max(...ends) < now) throw expired('tls.ca', Math.max(...ends))
  }
  if (cert === undefined || key === undefined) return
  // The certificate of the client comes first, those of its issuers behind it.
  const [own] = parsedCertificates('tls.cert', cert)
  if (own.validToDate.getTime() < now) throw expired('tls.cert', own.validToDate.getTime())
  if (!own.checkPrivateKey(privateKey(key, passphrase)))
    throw new CertificateError('tls.key', 'is not the key of tls.cert: give the two that were made together')
}

const expired = (setting: string, end: number): CertificateError =>
  new CertificateError(setting, `expired at ${new Date(end).toISOString()}: renew the certificate`)

function parsedCertificates(setting: string, text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new CertificateError(setting, "has no certificate in PEM, which begins with '-----BEGIN CERTIFICATE-----'")
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block)
    } catch (error) {
      throw new CertificateError(setting, `has a damaged certificate (the ${i + 1}. of ${blocks.length})`, error)
    }
  })
}

function privateKey(key: string, passphrase: string | undefined): KeyObject {
  if (passphrase === undefined && key.includes('ENCRYPTED')) throw new CertificateError('tls.key', 'is encrypted: add tls.passphrase')
  try {
    return createPrivateKey(passphrase === undefined ? key : { key, passphrase })
  } catch (error) {
    // One wrong passphrase in 256 decrypts to something that looks whole until it is parsed.
    if (passphrase !== undefined && key.includes('ENCRYPTED'))
      throw new CertificateError('tls.passphrase', 'does not open tls.key, or the key is damaged', error)
    throw new CertificateError('tls.key', "has no private key in PEM, which begins with '-----BEGIN PRIVATE KEY-----'", error)
  }
}
