/** Self-signed certificates for tests of TLS, made with `openssl`, which a machine may lack. */
import { spawnSync } from 'node:child_process'

/** The reason to skip a test without a certificate. */
export const NO_CERTIFICATE = 'no openssl that makes a certificate'

/** Writes the PEM files of a certificate for a host and of its key. Returns whether there was an `openssl` that did. */
export function makeCertificate(host: string, key: string, certificate: string): boolean {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  return spawnSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', key, '-out', certificate]).status === 0
}
