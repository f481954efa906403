/** One attempt to deliver one effect to a webhook: an exchange, and one more per redirect, within one timeout. */
import type { Dispatcher } from 'undici'
import { type Clock, limits, durationText } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome } from '../define/action/index.ts'
import { networkFailure, unfollowedReason, redirectTarget } from './webhook-failure.ts'
import { parseRetryAfter } from './retry-delay.ts'
import type { WebhookSigner } from './signature.ts'
import { wireKey } from './effect-id.ts'

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Judges a complete answer by its status and the beginning of its body, at most `ANSWER_TEXT_BYTES`. `undefined` leaves it to the status
 * alone, which is also how redirects are followed.
 */
export type JudgeAnswer = (status: number, text: string) => DeliveryOutcome | undefined

/** Transport and settings that all attempts at one webhook share. */
export interface WebhookTransport {
  readonly agent: Dispatcher
  readonly url: URL
  readonly sign: WebhookSigner | undefined
  /** Names and values alternate: headers of each POST, and headers for the url's own origin only. */
  readonly headers: readonly string[]
  readonly ownHeaders: readonly string[]
  readonly timeoutMs: number
  readonly clock: Clock
  readonly after: (ms: number, act: () => void) => { stop(): void }
  readonly judge?: JudgeAnswer | undefined
}

/** Follows redirects, and turns the response or error into an outcome. */
export class WebhookAttempt {
  readonly #wire: WebhookTransport
  readonly #delivery: Delivery
  readonly #resolve: (outcome: DeliveryOutcome) => void
  readonly #timer: { stop(): void }
  readonly #headers: readonly string[]
  #url: URL
  #redirects = 0
  #exchange: HttpExchange

  /** Sends the first request. */
  constructor(wire: WebhookTransport, delivery: Delivery, resolve: (outcome: DeliveryOutcome) => void) {
    this.#wire = wire
    this.#delivery = delivery
    this.#resolve = resolve
    this.#url = wire.url
    this.#exchange = new HttpExchange(this, wire.judge !== undefined)
    this.#timer = wire.after(wire.timeoutMs, () => this.#onTimeout())
    this.#headers = this.#headersOf(delivery)
    this.#post()
  }

  /** The response is complete, or was cut off at its size limit. */
  onResponse(status: number, headers: ResponseHeaders, body: string): void {
    const outcome = this.#wire.judge?.(status, body)
    if (outcome) return this.#finish(outcome.kind === 'failed' ? { ...outcome, ...this.#requestedWait(headers) } : outcome)
    if (status < 300) return this.#finish(ACKNOWLEDGED)
    if (status === 307 || status === 308) return this.#followRedirect(status, text(headers.location))
    if (status === 410) return this.#finish({ kind: 'failed', why: 'status 410: gone for good', final: true })
    const isRedirect = status === 301 || status === 302 || status === 303
    const by = this.#redirects === 0 ? '' : ` of '${this.#url.hostname}', to which it was redirected`
    const why = isRedirect ? unfollowedReason(this.#url, status, text(headers.location)) : `status ${status}${by}`
    this.#failed(why, headers)
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

  #headersOf({ id, body, trace }: Delivery): string[] {
    const { headers, sign, clock } = this.#wire
    const key = wireKey(id)
    const timestamp = Math.floor(clock() / 1000)
    const all = [...headers, 'idempotency-key', key, 'webhook-id', key, 'webhook-timestamp', String(timestamp)]
    if (sign) all.push('webhook-signature', sign(key, timestamp, body))
    if (trace) all.push('traceparent', trace.traceparent)
    if (trace?.tracestate !== undefined) all.push('tracestate', trace.tracestate)
    return all
  }

  #followRedirect(status: number, location: string | undefined): void {
    const to = redirectTarget(this.#url, status, location)
    if (typeof to === 'string') return this.#failed(to)
    if (this.#redirects++ === limits.REDIRECTS_MAX)
      return this.#failed(`status ${status} redirects to '${to.hostname}' after ${limits.REDIRECTS_MAX} redirects (REDIRECTS_MAX)`)
    this.#url = to
    this.#exchange = new HttpExchange(this, this.#wire.judge !== undefined)
    this.#post()
  }

  #onTimeout(): void {
    const { stage } = this.#exchange
    this.#exchange.abort()
    const problem = { waiting: 'no connection to', sent: 'no answer of', answering: 'no complete answer of' }[stage]
    this.#failed(`${problem} '${this.#url.hostname}' within ${durationText(this.#wire.timeoutMs)}`)
  }

  #failed(why: string, headers: ResponseHeaders = {}): void {
    this.#finish({ kind: 'failed', why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX), ...this.#requestedWait(headers) })
  }

  #requestedWait(headers: ResponseHeaders): { readonly retryAfterMs?: number } {
    const retryAfter = text(headers['retry-after'])
    const requestedMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, text(headers.date), this.#wire.clock())
    return requestedMs === undefined ? {} : { retryAfterMs: requestedMs }
  }

  #finish(outcome: DeliveryOutcome): void {
    this.#timer.stop()
    this.#resolve(outcome)
  }
}

const text = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : header?.[0])

/** Progress of an exchange: `waiting` for a connection, `sent`, or `answering` once the response head has come. */
type ExchangeStage = 'waiting' | 'sent' | 'answering'

/** One POST and its response on one connection. Notifies its attempt exactly once, and never after it was aborted. */
class HttpExchange implements Dispatcher.DispatchHandler {
  stage: ExchangeStage = 'waiting'
  /** Undefined once it was notified, or the exchange aborted: later callbacks of undici then do nothing. */
  #attempt: WebhookAttempt | undefined
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: ResponseHeaders = {}
  #bytes = 0
  readonly #keepsBody: boolean
  #body = NO_BYTES

  constructor(attempt: WebhookAttempt, keepsBody: boolean) {
    this.#attempt = attempt
    this.#keepsBody = keepsBody
  }

  /** Aborts: closes the connection; a request still waiting for a connection is not sent. */
  abort(): void {
    this.#attempt = undefined
    this.#controller?.abort(abortError())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#attempt) return controller.abort(abortError())
    this.#controller = controller
    this.stage = 'sent'
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    // A 1xx is interim: the response itself follows it.
    if (status < 200) return
    this.stage = 'answering'
    this.#status = status
    this.#headers = headers
  }

  /** A body beyond the size limit ends the response. The error of the abort reaches `onResponseError`, which then has nobody to notify. */
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#keepsBody && this.#body.length < limits.ANSWER_TEXT_BYTES)
      this.#body = Buffer.concat([this.#body, chunk]).subarray(0, limits.ANSWER_TEXT_BYTES)
    if (this.#bytes <= limits.ANSWER_BYTES_MAX) return
    this.onResponseEnd()
    controller.abort(abortError())
  }

  onResponseEnd(): void {
    this.#release()?.onResponse(this.#status, this.#headers, String(this.#body))
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#release()?.onError(error)
  }

  #release(): WebhookAttempt | undefined {
    const attempt = this.#attempt
    this.#attempt = undefined
    return attempt
  }
}

const NO_BYTES = Buffer.alloc(0)

const abortError = (): Error => new Error('gave up')
