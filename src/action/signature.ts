/**
 * Signs deliveries by the Standard Webhooks specification: `v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`.
 *
 * One signature per secret, so that a receiver keeps verifying while a secret is rotated.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { SpillwayError, limits } from '../base/index.ts'

/** Computes `webhook-signature` from `webhook-id`, seconds since the epoch, and the body. */
export type WebhookSigner = (id: string, timestamp: number, body: string) => string

/**
 * Secrets are separated by spaces; each is `whsec_` and base64, or plain text.
 * @throws `SPILL_DEFINITION` for a secret that is too short or invalid base64; it shows no secret.
 */
export function webhookSigner(secrets: string): WebhookSigner {
  const keys = secrets.split(/\s+/).filter(Boolean).map(keyOf)
  if (keys.length === 0) throw rejected('is empty')
  return (id, timestamp, body) => {
    const signed = `${id}.${timestamp}.${body}`
    return keys.map(key => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ')
  }
}

function keyOf(secret: string): KeyObject {
  const [, encoded] = /^whsec_(.*)$/.exec(secret) ?? []
  if (encoded !== undefined && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw rejected("begins with 'whsec_' and does not go on in base64")
  const bytes = Buffer.from(encoded ?? secret, encoded === undefined ? 'utf8' : 'base64')
  if (bytes.length < limits.SECRET_BYTES_MIN) throw rejected(`has ${bytes.length} bytes`)
  return createSecretKey(bytes)
}

const rejected = (problem: string): SpillwayError =>
  new SpillwayError(
    'SPILL_DEFINITION',
    `a webhook's secret ${problem}; it needs at least ${limits.SECRET_BYTES_MIN} bytes: 'whsec_' and what 'openssl rand -base64 32' prints`,
  )
