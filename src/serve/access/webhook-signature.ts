/**
 * Verifies the signature and the time of webhooks, in two styles: Standard Webhooks (`webhook-id`, `webhook-timestamp`,
 * `webhook-signature`; see standardwebhooks.com) and Stripe (`stripe-signature: t=…,v1=…`). Both are an HMAC-SHA256 over the time and
 * the raw bytes.
 *
 * A source may have several secrets, so that one can be rotated while the other is in use. Signatures are compared in constant time, and
 * every body is hashed, so that response times do not tell which check failed.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { SpillwayError, limits } from '../../base/index.ts'

/** The style of a signature. */
export type WebhookStyle = 'standard' | 'stripe'

/** The secret of a source, and the style of its signatures. */
export interface WebhookSecret {
  readonly style: WebhookStyle
  /** The secret as the provider shows it: `whsec_…`. */
  readonly secret: string | readonly string[]
}

/** Webhook secrets by source. */
export type WebhookSecrets = Readonly<Record<string, WebhookSecret>>

/** The headers of a request, names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** A webhook with a valid signature. */
export interface VerifiedWebhook {
  /** The provider's id from a header, if there is one; the same when the webhook is sent again. */
  readonly id: string | undefined
}

/** Throws `UnsignedWebhook` for a webhook without a signature by one of the secrets, or too old or too new. `now` in UTC ms. */
export type VerifyWebhook = (headers: WebhookHeaders, body: Uint8Array, now: number) => VerifiedWebhook

/** The verifier of one source. Throws `SPILL_INPUT`, naming `source`, for a malformed secret. */
export function webhookVerifier({ style, secret }: WebhookSecret, source: string): VerifyWebhook {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0 || secrets.some(text => text === ''))
    throw new SpillwayError('SPILL_INPUT', `the webhook secret of '${source}' is missing: give one, as whsec_…`)
  return style === 'standard' ? standardVerifier(secrets.map(text => standardKey(text, source))) : stripeVerifier(secrets)
}

/** The verifier for sources without webhooks: does the work of a check, and rejects every webhook. */
export function decoyVerifier(): (...args: Parameters<VerifyWebhook>) => never {
  const verify = stripeVerifier([randomBytes(32).toString('hex')])
  return (headers, body, now) => {
    try {
      verify(headers, body, now)
    } catch (error) {
      if (!(error instanceof UnsignedWebhook)) throw error
    }
    throw new UnsignedWebhook('source', 'no source of this name accepts webhooks')
  }
}

function standardVerifier(keys: readonly Buffer[]): VerifyWebhook {
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

function stripeVerifier(secrets: readonly string[]): VerifyWebhook {
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
 * Checks the headers and the time before a body is read. Accepts either style, so that answers do not tell which style a source has.
 * Throws `UnsignedWebhook`.
 */
export function checkSignatureHeaders(headers: WebhookHeaders, now: number): void {
  const isStripe = textOf(headers, STRIPE_HEADER) !== ''
  if (!isStripe) for (const name of standardHeaders) checkIsThere(headers, name)
  checkTime(isStripe ? stripeParts(headers).timestamp : textOf(headers, 'webhook-timestamp'), now)
}

/** The key of a base64 secret, with or without its `whsec_`. */
function standardKey(secret: string, source: string): Buffer {
  const text = secret.replace(/^whsec_/, '')
  const key = Buffer.from(text, 'base64')
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(text) || key.length < KEY_BYTES_MIN)
    throw new SpillwayError(
      'SPILL_INPUT',
      `the webhook secret of '${source}' is malformed: Standard Webhooks need whsec_ and at least ${KEY_BYTES_MIN} bytes in base64`,
    )
  return key
}

/** Shorter keys can be guessed. */
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
  if (!/^\d{1,12}$/.test(timestamp)) throw new UnsignedWebhook('time', 'its timestamp is not a number of seconds')
  const offset = Math.round(now / 1000) - Number(timestamp)
  if (Math.abs(offset) <= limits.WEBHOOK_TOLERANCE_S) return
  const side = offset > 0 ? 'behind' : 'ahead of'
  throw new UnsignedWebhook(
    'time',
    `its timestamp is ${Math.abs(offset)} s ${side} this machine's clock, more than ${limits.WEBHOOK_TOLERANCE_S} s (WEBHOOK_TOLERANCE_S)`,
  )
}

/** Compares all pairs, so that the time does not depend on the match. */
function isAmong(signatures: readonly string[], expected: readonly string[]): boolean {
  const candidates = signatures.map(text => Buffer.from(text))
  let isMatch = false
  for (const own of expected.map(text => Buffer.from(text)))
    for (const other of candidates) if (own.length === other.length && timingSafeEqual(own, other)) isMatch = true
  return isMatch
}

function checkSigned(isSigned: boolean): void {
  if (!isSigned) throw new UnsignedWebhook('signature', 'no secret matches its signature')
}

/** The rejection of a webhook before its content is parsed. The reason is for the operator; the answer hides it from the sender. */
export class UnsignedWebhook extends SpillwayError {
  readonly reason: 'header' | 'time' | 'signature' | 'source'

  constructor(reason: UnsignedWebhook['reason'], why: string) {
    super('SPILL_SIGNATURE', `this webhook is rejected: ${why}`)
    this.reason = reason
  }
}

/** Counts of rejected unsigned webhooks, by source and reason. The answer hides the reason from senders, and the operator needs it. */
export class UnsignedWebhookCounts {
  readonly #counts = new Map<string, Map<string, number>>()

  /** Counts one rejection. `source` is empty where no source of that name takes webhooks. */
  add(source: string, reason: UnsignedWebhook['reason']): void {
    const reasons = this.#counts.get(source) ?? new Map<string, number>()
    this.#counts.set(source, reasons.set(reason, (reasons.get(reason) ?? 0) + 1))
  }

  *[Symbol.iterator](): Generator<readonly [source: string, reason: string, count: number]> {
    for (const [source, reasons] of this.#counts) for (const [reason, count] of reasons) yield [source, reason, count]
  }
}
