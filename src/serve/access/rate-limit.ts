/** How often each client may come: a bucket of tokens that fills at a rate, for each token's name or address. */
import { stopwatch, type Clock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'

export interface RateLimit {
  /** Requests a second that a client may go on with. */
  readonly perSecond: number
  /** Requests that it may make at once. */
  readonly burst: number
}

interface Bucket {
  left: number
  at: number
}

export class Rate {
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit, clock: Clock = stopwatch) {
    this.#limit = limit
    this.#clock = clock
  }

  /** Counts a request. Returns after how many seconds the client may come again; 0 if it may now. */
  take(client: string): number {
    const { perSecond, burst } = this.#limit
    const now = this.#clock()
    const bucket = this.#buckets.get(client) ?? { left: burst, at: now }
    // Last in line: the first are those that came longest ago.
    this.#buckets.delete(client)
    this.#buckets.set(client, bucket)
    if (this.#buckets.size > limits.RATE_CLIENTS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!)
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    if (bucket.left < 1) return (1 - bucket.left) / perSecond
    bucket.left--
    return 0
  }
}
