/** A fault that a proxy makes of one request, and its handle for the test. */
import { pause } from '../../../src/base/clock.ts'
import type { KafkaApi } from './frames.ts'

export const proxyFaultKinds = ['lose request', 'lose answer', 'cut', 'hold request', 'hold answer', 'late request'] as const

/**
 * - `lose request`: the connection is cut, and the broker never gets the request.
 * - `lose answer`: the connection is cut once the broker has answered, and the client never gets the answer.
 * - `cut`: the connection is cut as soon as the request is sent on; the broker may have read it or not.
 * - `hold request`, `hold answer`: the request, or its answer, and everything behind it on the connection wait.
 * - `late request`: the client's connection is cut; the broker gets the request when the fault is released.
 */
export type ProxyFaultKind = (typeof proxyFaultKinds)[number]

export interface ProxyFaultPlan {
  readonly api: KafkaApi
  readonly kind: ProxyFaultKind
  /** Requests of the API that pass before it; default 0. */
  readonly after?: number
  /** Duration of a hold, ms; without it until `release`. */
  readonly ms?: number
}

export class ProxyFault {
  readonly plan: ProxyFaultPlan
  /** Requests that still pass before it. */
  #passing: number
  readonly #happened = Promise.withResolvers<void>()
  readonly #released = Promise.withResolvers<void>()
  readonly #answer = Promise.withResolvers<Buffer>()
  #hasHappened = false

  constructor(plan: ProxyFaultPlan) {
    this.plan = plan
    this.#passing = plan.after ?? 0
    this.#answer.promise.catch(() => {})
  }

  get hasHappened(): boolean {
    return this.#hasHappened
  }

  /** Resolves when the connection was cut, or the hold began. */
  get happened(): Promise<void> {
    return this.#happened.promise
  }

  /** Ends a hold, or sends a late request on. */
  release(): void {
    this.#released.resolve()
  }

  /** The broker's answer to a late request, with its length. Rejects if its connection ended before. */
  get answer(): Promise<Buffer> {
    return this.#answer.promise
  }

  /** For the proxy: is a request of its API the one? */
  matches(): boolean {
    return this.#passing-- === 0
  }

  /** For the proxy. */
  happen(): void {
    this.#hasHappened = true
    this.#happened.resolve()
  }

  /** For the proxy: resolves when a hold is over. */
  untilReleased(): Promise<void> {
    const { ms } = this.plan
    return ms === undefined ? this.#released.promise : Promise.race([pause(ms), this.#released.promise])
  }

  /** For the proxy. */
  settle(answer: Buffer | Error): void {
    if (answer instanceof Error) this.#answer.reject(answer)
    else this.#answer.resolve(answer)
  }
}
