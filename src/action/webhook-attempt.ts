/** One attempt to deliver one effect to a webhook: an exchange, and one more per redirect, within one timeout. */
import type { Dispatcher } from 'undici'
import { type Clock, limits, durationText } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome } from '../define/action/index.ts'
import { HttpExchange, type ResponseHeaders, type ExchangeListener } from './http-exchange.ts'
import { networkFailure } from './network-failure.ts'
import { unfollowedReason, redirectTarget } from './redirect.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { WebhookSigner } from './signature.ts'
import { wireKey } from './wire-key.ts'

/** Transport and settings that all attempts at one webhook share. */
export interface WebhookTransport {
  readonly agent: Dispatcher
  readonly url: URL
  readonly sign: WebhookSigner | undefined
  /** Names and values alternate: headers of each POST, and headers for the url's own origin only. */
  readonly headers: readonly string[]
  readonly ownHeaders: readonly string[]
  readonly timeoutMs: number
  readonly maxRedirects: number
  readonly clock: Clock
  readonly after: (ms: number, act: () => void) => { stop(): void }
}

/** Follows redirects, and turns the response or error into an outcome. */
export class WebhookAttempt implements ExchangeListener {
  readonly #wire: WebhookTransport
  readonly #delivery: Delivery
  readonly #resolve: (outcome: DeliveryOutcome) => void
  readonly #timer: { stop(): void }
  readonly #headers: readonly string[]
  #url: URL
  #redirects = 0
  #exchange = new HttpExchange(this)

  constructor(wire: WebhookTransport, delivery: Delivery, resolve: (outcome: DeliveryOutcome) => void) {
    this.#wire = wire
    this.#delivery = delivery
    this.#resolve = resolve
    this.#url = wire.url
    this.#timer = wire.after(wire.timeoutMs, () => this.#onTimeout())
    this.#headers = this.#headersOf(delivery)
  }

  start(): void {
    this.#post()
  }

  onResponse(status: number, headers: ResponseHeaders): void {
    if (status < 300) return this.#finish(ACKNOWLEDGED)
    if (status === 307 || status === 308) return this.#followRedirect(status, text(headers.location))
    if (status === 410) return this.#finish({ kind: 'failed', why: 'status 410: gone for good', final: true })
    const isRedirect = status === 301 || status === 302 || status === 303
    const by = this.#redirects === 0 ? '' : ` of '${this.#url.hostname}', to which it was redirected`
    const why = isRedirect ? unfollowedReason(this.#url, status, text(headers.location)) : `status ${status}${by}`
    this.#failed(why, text(headers['retry-after']), text(headers.date))
  }

  onError(error: Error): void {
    this.#failed(networkFailure(error, this.#url.hostname))
  }

  #post(): void {
    const { origin, pathname, search } = this.#url
    const { agent, url, ownHeaders } = this.#wire
    const headers = ownHeaders.length > 0 && origin === url.origin ? [...this.#headers, ...ownHeaders] : [...this.#headers]
    try {
      agent.dispatch({ origin, path: pathname + search, method: 'POST', headers, body: this.#delivery.body }, this.#exchange)
    } catch (error) {
      this.#exchange.abort()
      this.onError(error as Error)
    }
  }

  #headersOf({ id, body }: Delivery): string[] {
    const { headers, sign, clock } = this.#wire
    const key = wireKey(id)
    const timestamp = Math.floor(clock() / 1000)
    const all = [...headers, 'idempotency-key', key, 'webhook-id', key, 'webhook-timestamp', String(timestamp)]
    if (sign) all.push('webhook-signature', sign(key, timestamp, body))
    return all
  }

  #followRedirect(status: number, location: string | undefined): void {
    const { maxRedirects } = this.#wire
    const to = redirectTarget(this.#url, status, location)
    if (typeof to === 'string') return this.#failed(to)
    if (this.#redirects === maxRedirects)
      return this.#failed(`status ${status} redirects once more to '${to.hostname}', and maxRedirects is ${maxRedirects}`)
    this.#redirects++
    this.#url = to
    this.#exchange = new HttpExchange(this)
    this.#post()
  }

  #onTimeout(): void {
    const { stage } = this.#exchange
    this.#exchange.abort()
    const problem = { waiting: 'no connection to', sent: 'no answer of', answering: 'no complete answer of' }[stage]
    this.#failed(`${problem} '${this.#url.hostname}' within ${durationText(this.#wire.timeoutMs)}`)
  }

  #failed(why: string, retryAfter?: string, answered?: string): void {
    const requestedMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, answered, this.#wire.clock())
    this.#finish({
      kind: 'failed',
      why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX),
      ...(requestedMs !== undefined && { retryAfterMs: requestedMs }),
    })
  }

  #finish(outcome: DeliveryOutcome): void {
    this.#timer.stop()
    this.#resolve(outcome)
  }
}

const text = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : header?.[0])
