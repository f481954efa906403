/**
 * Is a webhook from who has the secret, and of now? Two ways of signing: Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`; see
 * standardwebhooks.com) and Stripe's (`stripe-signature: t=…,v1=…`). Both are an HMAC-SHA256 over the time and the bytes as they came.
 *
 * Several secrets are taken, so that one can be changed while the other is still in use. Signatures are compared in constant time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { ServeError } from './serve-error.ts'

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

/** Throws `SPILL_SIGNATURE` for a webhook that is not signed by one of the secrets, or too old or too new. `now` in UTC ms. */
export type Verify = (headers: WebhookHeaders, body: Uint8Array, now: number) => Verified

/** Throws `SPILL_INPUT`, naming `source`, for a secret that is none of its style. */
export function webhookVerifier({ style, secret }: WebhookSecret, source: string): Verify {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0 || secrets.some(text => text === ''))
    throw new SpillwayError('SPILL_INPUT', `webhooks into '${source}' need a secret, as whsec_…`)
  return style === 'standard' ? standardVerifier(secrets.map(text => standardKey(text, source))) : stripeVerifier(secrets)
}

function standardVerifier(keys: readonly Buffer[]): Verify {
  return (headers, body, now) => {
    const id = one(headers, 'webhook-id')
    const timestamp = one(headers, 'webhook-timestamp')
    const given = one(headers, 'webhook-signature')
      .split(' ')
      .flatMap(part => (part.startsWith('v1,') ? [part.slice(3)] : []))
    checkTime(timestamp, now)
    checkSigned(
      given,
      keys.map(key => signatureOf(key, `${id}.${timestamp}.`, body).toString('base64')),
    )
    return { id }
  }
}

function stripeVerifier(secrets: readonly string[]): Verify {
  return (headers, body, now) => {
    const parts = one(headers, 'stripe-signature')
      .split(',')
      .map(part => part.trim().split('=', 2))
    const timestamp = parts.find(([name]) => name === 't')?.[1] ?? ''
    const given = parts.flatMap(([name, value = '']) => (name === 'v1' ? [value] : []))
    checkTime(timestamp, now)
    checkSigned(
      given,
      secrets.map(secret => signatureOf(secret, `${timestamp}.`, body).toString('hex')),
    )
    return { id: undefined }
  }
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

function one(headers: WebhookHeaders, name: string): string {
  const value = headers[name]
  if (typeof value === 'string' && value !== '') return value
  throw unsigned(`the header ${name} is missing`)
}

function checkTime(timestamp: string, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw unsigned('its timestamp is no number of seconds')
  const away = Math.round(now / 1000) - Number(timestamp)
  if (Math.abs(away) <= limits.WEBHOOK_TOLERANCE_S) return
  const which = away > 0 ? 'behind' : 'ahead of'
  throw unsigned(
    `its timestamp is ${Math.abs(away)} s ${which} this machine's clock, and ${limits.WEBHOOK_TOLERANCE_S} s is the most (WEBHOOK_TOLERANCE_S)`,
  )
}

function checkSigned(given: readonly string[], right: readonly string[]): void {
  const others = given.map(text => Buffer.from(text))
  let isRight = false
  for (const own of right.map(text => Buffer.from(text)))
    for (const other of others) if (own.length === other.length && timingSafeEqual(own, other)) isRight = true
  if (!isRight) throw unsigned('its signature is by none of the secrets')
}

const unsigned = (why: string): ServeError => new ServeError('SPILL_SIGNATURE', `this webhook is not taken: ${why}`)
