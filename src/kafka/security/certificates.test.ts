/** Certificates and keys are checked before a connection, by setting. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { CertificateAuthority } from '../../../test/certificate-authority.ts'
import { NO_CERTIFICATE } from '../../../test/certificate.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { checkCertificates } from './certificates.ts'
import type { KafkaCertificates } from './security.ts'

const authority = CertificateAuthority.create(scratchFolder('kafka-certificates'))
const skip = authority ? false : NO_CERTIFICATE
const DAY_MS = 86_400_000

test('certificates and keys that fit are accepted', { skip }, () => {
  const { cert, key } = authority!.issue('client')
  const passphrase = 'open sesame'
  const locked = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string
  for (const each of [
    {},
    { ca: authority!.cert },
    { ca: `# two CAs\n${authority!.cert}\n${authority!.cert}`, cert: `${cert}${authority!.cert}`, key },
    { cert, key: locked, passphrase },
  ])
    checkCertificates(each)
})

test('a mistake names its setting and shows no key', { skip }, () => {
  const { cert, key } = authority!.issue('client')
  const other = authority!.issue('other')
  const old = authority!.issue('old', { days: -1 })
  const locked = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }) as string
  const mistakes: readonly (readonly [KafkaCertificates, RegExp])[] = [
    [{ ca: 'ca.pem' }, /^tls\.ca has no certificate in PEM/],
    [{ ca: key }, /^tls\.ca has no certificate in PEM/],
    [{ ca: authority!.cert.replace(/\n[A-Za-z0-9+/=]{20}/, '\nAAAA') }, /^tls\.ca has a damaged certificate \(the 1\. of 1\)/],
    [{ cert: key, key: cert }, /^tls\.cert has no certificate in PEM/],
    [{ cert, key: cert }, /^tls\.key has no private key in PEM/],
    [{ cert, key: other.key }, /^tls\.key is not the key of tls\.cert/],
    [{ cert: old.cert, key: old.key }, /^tls\.cert expired at \d{4}-\d\d-\d\dT[\d:.]+Z: renew the certificate/],
    [{ cert, key: locked }, /^tls\.key is encrypted: add tls\.passphrase/],
    ...Array.from({ length: 600 }, (_, i) => {
      // With some of these the padding is right by chance.
      return [{ cert, key: locked, passphrase: `wrong ${i}` }, /^tls\.passphrase does not open tls\.key/] as const
    }),
  ]
  for (const [certificates, message] of mistakes)
    assert.throws(
      () => checkCertificates(certificates),
      error => {
        assert.match((error as Error).message, message)
        assert.doesNotMatch((error as Error).message, /wrong|BEGIN EC|MII|MIG/)
        return true
      },
    )
})

test('a CA counts as expired once all of its certificates have', { skip }, () => {
  const later = Date.now() + 3 * DAY_MS
  assert.throws(() => checkCertificates({ ca: authority!.cert }, later), /^CertificateError: tls\.ca expired at/)
  const longer = authority!.issue('a CA that lives longer', { days: 9 })
  checkCertificates({ ca: `${authority!.cert}${longer.cert}` }, later)
})
