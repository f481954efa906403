/**
 * Is a webhook from who has the secret, and of now? Two ways of signing: Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`; see
 * standardwebhooks.com) and Stripe's (`stripe-signature: t=…,v1=…`). Both are an HMAC-SHA256 over the time and the bytes as they came.
 *
 * Several secrets are taken, so that one can be changed while the other is still in use. Signatures are compared in constant time,
 * and a digest is made of every body, so that no check can be told from another by how long it took.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { newSecret } from '../../base/secret.ts'

export type WebhookStyle = 'standard' | 'stripe'

export interface WebhookSecret {
  readonly style: WebhookStyle
  /** As the provider shows it: `whsec_…`. */
  readonly secret: string | readonly string[]
}

/** By source. */
export type Webhooks = Readonly<Record<string, WebhookSecret>>

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Verified {
  /** By which the provider knows it, where a header says so: the same when it is sent again. */
  readonly id: string | undefined
}

/** Throws `UnsignedWebhook` for a webhook that is not signed by one of the secrets, or too old or too new. `now` in UTC ms. */
export type Verify = (headers: WebhookHeaders, body: Uint8Array, now: number) => Verified

/** Throws `SPILL_INPUT`, naming `source`, for a secret that is none of its style. */
export function webhookVerifier({ style, secret }: WebhookSecret, source: string): Verify {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0 || secrets.some(text => text === ''))
    throw new SpillwayError('SPILL_INPUT', `webhooks into '${source}' need a secret, as whsec_…`)
  return style === 'standard' ? standardVerifier(secrets.map(text => standardKey(text, source))) : stripeVerifier(secrets)
}

/** For a source that takes no webhooks: does the work of a check, and finds no webhook signed. */
export function decoyVerifier(): (...given: Parameters<Verify>) => never {
  const verify = stripeVerifier([newSecret()])
  return (headers, body, now) => {
    try {
      verify(headers, body, now)
    } catch (error) {
      if (!(error instanceof UnsignedWebhook)) throw error
    }
    throw new UnsignedWebhook('source', 'there is no source of this name that takes webhooks')
  }
}

function standardVerifier(keys: readonly Buffer[]): Verify {
  return (headers, body, now) => {
    const [id, timestamp] = [textOf(headers, 'webhook-id'), textOf(headers, 'webhook-timestamp')]
    const signatures = textOf(headers, 'webhook-signature')
      .split(' ')
      .flatMap(part => (part.startsWith('v1,') ? [part.slice(3)] : []))
    const isSigned = isAmong(
      signatures,
      keys.map(key => signatureOf(key, `${id}.${timestamp}.`, body).toString('base64')),
    )
    for (const name of standardHeaders) checkIsThere(headers, name)
    checkTime(timestamp, now)
    checkSigned(isSigned)
    return { id }
  }
}

function stripeVerifier(secrets: readonly string[]): Verify {
  return (headers, body, now) => {
    const { timestamp, signatures } = stripeParts(headers)
    const isSigned = isAmong(
      signatures,
      secrets.map(secret => signatureOf(secret, `${timestamp}.`, body).toString('hex')),
    )
    checkIsThere(headers, STRIPE_HEADER)
    checkTime(timestamp, now)
    checkSigned(isSigned)
    return { id: undefined }
  }
}

const standardHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
const STRIPE_HEADER = 'stripe-signature'

function stripeParts(headers: WebhookHeaders): { readonly timestamp: string; readonly signatures: readonly string[] } {
  const parts = textOf(headers, STRIPE_HEADER)
    .split(',')
    .map(part => part.trim().split('=', 2))
  return {
    timestamp: parts.find(([name]) => name === 't')?.[1] ?? '',
    signatures: parts.flatMap(([name, value = '']) => (name === 'v1' ? [value] : [])),
  }
}

/**
 * Checks, before a body is read, that the headers are those of a signed webhook of now, in any style: it must not tell which style a source has. Throws
 * `UnsignedWebhook`.
 */
export function checkHeaders(headers: WebhookHeaders, now: number): void {
  const isStripe = textOf(headers, STRIPE_HEADER) !== ''
  if (!isStripe) for (const name of standardHeaders) checkIsThere(headers, name)
  checkTime(isStripe ? stripeParts(headers).timestamp : textOf(headers, 'webhook-timestamp'), now)
}

/** Of a secret in base64, with or without its `whsec_`. */
function standardKey(secret: string, source: string): Buffer {
  const text = secret.replace(/^whsec_/, '')
  const key = Buffer.from(text, 'base64')
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(text) || key.length < KEY_BYTES_MIN)
    throw new SpillwayError(
      'SPILL_INPUT',
      `the secret of the webhooks into '${source}' is none of Standard Webhooks: whsec_ and at least ${KEY_BYTES_MIN} bytes in base64`,
    )
  return key
}

/** Fewer can be guessed. */
const KEY_BYTES_MIN = 16

const signatureOf = (key: string | Buffer, head: string, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(head).update(body).digest()

const textOf = (headers: WebhookHeaders, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function checkIsThere(headers: WebhookHeaders, name: string): void {
  if (textOf(headers, name) === '') throw new UnsignedWebhook('header', `the header ${name} is missing`)
}

function checkTime(timestamp: string, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new UnsignedWebhook('time', 'its timestamp is no number of seconds')
  const away = Math.round(now / 1000) - Number(timestamp)
  if (Math.abs(away) <= limits.WEBHOOK_TOLERANCE_S) return
  const which = away > 0 ? 'behind' : 'ahead of'
  throw new UnsignedWebhook(
    'time',
    `its timestamp is ${Math.abs(away)} s ${which} this machine's clock, and ${limits.WEBHOOK_TOLERANCE_S} s is the most (WEBHOOK_TOLERANCE_S)`,
  )
}

/** Compares with all of them, so that the time taken says nothing of any. */
function isAmong(given: readonly string[], right: readonly string[]): boolean {
  const others = given.map(text => Buffer.from(text))
  let isRight = false
  for (const own of right.map(text => Buffer.from(text)))
    for (const other of others) if (own.length === other.length && timingSafeEqual(own, other)) isRight = true
  return isRight
}

function checkSigned(isSigned: boolean): void {
  if (!isSigned) throw new UnsignedWebhook('signature', 'its signature is by none of the secrets')
}

/** Rejection of a webhook before its content is parsed. The reason is for the operator; the answer hides it from an unknown sender. */
export class UnsignedWebhook extends SpillwayError {
  readonly reason: 'header' | 'time' | 'signature' | 'source'

  constructor(reason: UnsignedWebhook['reason'], why: string) {
    super('SPILL_SIGNATURE', `this webhook is not taken: ${why}`)
    this.reason = reason
  }
}
