/** One try at delivering one effect to a webhook: an exchange, and one more for each redirect, all within one timeout. */
import type { Dispatcher } from 'undici'
import type { Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { durationText } from '../base/time.ts'
import { acknowledged, type Delivery, type Outcome } from './destination.ts'
import { Exchange, type AnswerHeaders, type ExchangeEnd } from './exchange.ts'
import { networkFailure } from './network-failure.ts'
import { notFollowed, redirected } from './redirect.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Sign } from './signature.ts'
import { wireKey } from './wire-key.ts'

/** What all tries at one webhook share. */
export interface Wire {
  readonly agent: Dispatcher
  readonly url: URL
  readonly sign: Sign | undefined
  /** Names and values in turn: those of each POST, and those for the url's own origin only. */
  readonly headers: readonly string[]
  readonly ownHeaders: readonly string[]
  readonly timeoutMs: number
  readonly maxRedirects: number
  readonly clock: Clock
  readonly after: (ms: number, act: () => void) => { stop(): void }
}

export class WebhookTry implements ExchangeEnd {
  readonly #wire: Wire
  readonly #delivery: Delivery
  readonly #resolve: (outcome: Outcome) => void
  readonly #timer: { stop(): void }
  readonly #headers: readonly string[]
  #url: URL
  #redirects = 0
  #exchange = new Exchange(this)

  constructor(wire: Wire, delivery: Delivery, resolve: (outcome: Outcome) => void) {
    this.#wire = wire
    this.#delivery = delivery
    this.#resolve = resolve
    this.#url = wire.url
    this.#timer = wire.after(wire.timeoutMs, () => this.#tooLate())
    this.#headers = this.#headersOf(delivery)
  }

  begin(): void {
    this.#post()
  }

  answered(status: number, headers: AnswerHeaders): void {
    if (status < 300) return this.#ended(acknowledged)
    if (status === 307 || status === 308) return this.#redirected(status, text(headers.location))
    if (status === 410) return this.#ended({ kind: 'failed', why: 'status 410: gone for good', final: true })
    const isRedirect = status === 301 || status === 302 || status === 303
    const by = this.#redirects === 0 ? '' : ` of '${this.#url.hostname}', to which it was redirected`
    const why = isRedirect ? notFollowed(this.#url, status, text(headers.location)) : `status ${status}${by}`
    this.#failed(why, text(headers['retry-after']), text(headers.date))
  }

  broken(error: Error): void {
    this.#failed(networkFailure(error, this.#url.hostname))
  }

  #post(): void {
    const { origin, pathname, search } = this.#url
    const { agent, url, ownHeaders } = this.#wire
    const headers = ownHeaders.length > 0 && origin === url.origin ? [...this.#headers, ...ownHeaders] : [...this.#headers]
    try {
      agent.dispatch({ origin, path: pathname + search, method: 'POST', headers, body: this.#delivery.body }, this.#exchange)
    } catch (error) {
      this.#exchange.cut()
      this.broken(error as Error)
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

  #redirected(status: number, location: string | undefined): void {
    const { maxRedirects } = this.#wire
    const to = redirected(this.#url, status, location)
    if (typeof to === 'string') return this.#failed(to)
    if (this.#redirects === maxRedirects)
      return this.#failed(`status ${status} redirects once more to '${to.hostname}', and maxRedirects is ${maxRedirects}`)
    this.#redirects++
    this.#url = to
    this.#exchange = new Exchange(this)
    this.#post()
  }

  #tooLate(): void {
    const { stage } = this.#exchange
    this.#exchange.cut()
    const what = { waiting: 'no connection to', sent: 'no answer of', answering: 'no complete answer of' }[stage]
    this.#failed(`${what} '${this.#url.hostname}' within ${durationText(this.#wire.timeoutMs)}`)
  }

  #failed(why: string, retryAfter?: string, answered?: string): void {
    const asked = retryAfter === undefined ? undefined : retryAfterMs(retryAfter, answered, this.#wire.clock())
    this.#ended({ kind: 'failed', why: why.slice(0, limits.WHY_MAX), ...(asked !== undefined && { retryAfterMs: asked }) })
  }

  #ended(outcome: Outcome): void {
    this.#timer.stop()
    this.#resolve(outcome)
  }
}

const text = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : header?.[0])
