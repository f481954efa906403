/** The settings of a webhook, their defaults and their validation. */
import { SpillwayError, limits, show } from '../base/index.ts'

/** Settings as a user writes them. */
export interface WebhookSettings {
  /** `https:` or `http:`, without a user or password. */
  readonly url: string
  /** `whsec_` and base64, or a text of at least 24 bytes; several, separated by spaces, while one replaces another. */
  readonly secret?: string | undefined
  /** Milliseconds for a whole attempt: connection, redirects, and the complete response. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Connections, each with one delivery at a time. Default 16. */
  readonly concurrency?: number | undefined
  /** Allows receivers in a private network or on this machine. */
  readonly allowPrivate?: boolean | undefined
  /** Sent to the url's own origin only, never to a redirect target elsewhere. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Most redirects of one attempt. Default 3. */
  readonly maxRedirects?: number | undefined
}

/** Validated settings with defaults. */
export interface CheckedWebhook {
  readonly url: URL
  readonly secret: string | undefined
  readonly timeoutMs: number
  readonly concurrency: number
  readonly allowPrivate: boolean
  /** Names and values alternate. */
  readonly headers: readonly string[]
  readonly maxRedirects: number
}

/**
 * Validates settings.
 * @throws `SPILL_DEFINITION` for an invalid setting; the message shows no secret.
 */
export function checkWebhook(settings: WebhookSettings): CheckedWebhook {
  const { timeoutMs = limits.DELIVERY_MS, concurrency = limits.DELIVERIES_AT_ONCE, maxRedirects = limits.REDIRECTS } = settings
  return {
    url: checkUrl(settings.url),
    secret: settings.secret,
    timeoutMs: whole('timeoutMs', timeoutMs, 1, 2 ** 31 - 1),
    concurrency: whole('concurrency', concurrency, 1, limits.DELIVERIES_AT_ONCE_MAX),
    allowPrivate: settings.allowPrivate ?? false,
    headers: checkHeaders(settings.headers ?? {}),
    maxRedirects: whole('maxRedirects', maxRedirects, 0, limits.REDIRECTS_MAX),
  }
}

function checkUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url) throw rejected("url is no URL; write 'https://host/path'")
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw rejected(`url begins with '${url.protocol}'; write 'https:' or 'http:'`)
  if (url.username !== '' || url.password !== '') throw rejected("url holds a user or password; give headers: { authorization: 'Basic …' }")
  return url
}

/** Headers that HTTP or Spillway itself writes. */
const reservedHeaders =
  /^(content-type|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|expect|host|te|trailer|user-agent|idempotency-key|webhook-.*)$/i

function checkHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw rejected(`headers have ${show(name)}, which is no name of a header`)
    if (reservedHeaders.test(name)) throw rejected(`headers have '${name}', which Spillway writes itself; leave it out`)
    if (typeof value !== 'string' || !/^[\t -~]*$/.test(value))
      throw rejected(`header '${name}' has a value that is not a text of visible ASCII; encode it, as base64 say`)
    return [name, value]
  })
}

function whole(name: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw rejected(`${name} is ${show(value)}; write a whole number from ${min} to ${max}`)
  return value
}

const rejected = (problem: string): SpillwayError => new SpillwayError('SPILL_DEFINITION', `a webhook's ${problem}`)
