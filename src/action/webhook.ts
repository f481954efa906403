/**
 * Webhooks as a destination: POSTs with an idempotency key, signed by Standard Webhooks, over persistent connections.
 *
 * A complete 2xx response acknowledges the effect, 410 is final, everything else may be retried.
 */
import { callAfter, wallClock, type Clock, SpillwayError, limits, show } from '../base/index.ts'
import { packageVersion } from '../base/node/index.ts'
import type { Destination } from '../define/action/index.ts'
import { publicAddressConnector, resolveBySystem, type MakeConnector, type ResolveHost } from './public-address-connector.ts'
import { webhookSigner } from './signature.ts'
import { type JudgeAnswer, WebhookAttempt, type WebhookTransport } from './webhook-attempt.ts'

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
}

/** Ports: for tests, and for receivers whose answers say more than their status. */
export interface WebhookPorts {
  readonly clock: Clock
  readonly after: typeof callAfter
  readonly resolve: ResolveHost
  readonly connector: MakeConnector
  readonly judge: JudgeAnswer
}

/**
 * Opens no connection before the first delivery.
 * @throws `SPILL_DEFINITION` for invalid settings.
 */
export async function openWebhook(settings: WebhookSettings, ports: Partial<WebhookPorts> = {}): Promise<Destination> {
  const { url, secret, timeoutMs, concurrency, allowPrivate, headers } = checkWebhook(settings)
  const sign = secret === undefined ? undefined : webhookSigner(secret)
  // Loading takes 0.2 s, so only pipelines with webhooks load it.
  const { Agent, buildConnector } = await import('undici')
  const make = ports.connector ?? (options => buildConnector({ ...options, timeout: timeoutMs, allowH2: false }))
  const agent = new Agent({
    connections: concurrency,
    connect: publicAddressConnector(make, ports.resolve ?? resolveBySystem, allowPrivate),
    allowH2: false,
    // One timer for the whole attempt replaces these.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const wire: WebhookTransport = {
    agent,
    url,
    sign,
    headers: ['content-type', 'application/json', 'user-agent', `spillway/${packageVersion()}`],
    ownHeaders: headers,
    timeoutMs,
    clock: ports.clock ?? wallClock,
    after: ports.after ?? callAfter,
    judge: ports.judge,
  }
  return {
    concurrency,
    deliver: delivery => new Promise(resolve => void new WebhookAttempt(wire, delivery, resolve)),
    close: () => agent.close(),
  }
}

/** Settings with defaults. Throws `SPILL_DEFINITION` for an invalid setting; the message shows no secret. */
export function checkWebhook(settings: WebhookSettings) {
  const {
    url,
    secret,
    timeoutMs = limits.DELIVERY_MS,
    concurrency = limits.DELIVERIES_AT_ONCE,
    allowPrivate = false,
    headers = {},
  } = settings
  return {
    url: checkUrl(url),
    secret,
    timeoutMs: whole('timeoutMs', timeoutMs, 2 ** 31 - 1),
    concurrency: whole('concurrency', concurrency, limits.DELIVERIES_AT_ONCE_MAX),
    allowPrivate,
    headers: checkHeaders(headers),
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
  /^(content-type|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|expect|host|te|trailer|user-agent|traceparent|tracestate|idempotency-key|webhook-.*)$/i

/** Names and values alternate. */
function checkHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw rejected(`headers have ${show(name)}, which is no name of a header`)
    if (reservedHeaders.test(name)) throw rejected(`headers have '${name}', which Spillway writes itself; leave it out`)
    if (typeof value !== 'string' || !/^[\t -~]*$/.test(value))
      throw rejected(`header '${name}' has a value that is not a text of visible ASCII; encode it, as base64 say`)
    return [name, value]
  })
}

function whole(name: string, value: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > max)
    throw rejected(`${name} is ${show(value)}; write a whole number from 1 to ${max}`)
  return value
}

const rejected = (problem: string): SpillwayError => new SpillwayError('SPILL_DEFINITION', `a webhook's ${problem}`)
