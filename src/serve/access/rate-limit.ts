/** Rate limiter for requests: a token bucket for each client, by token name or address. */
import { stopwatch, type Clock, limits } from '../../base/index.ts'

/** The rate limit of one client. */
export interface RateLimit {
  /** Sustained requests a second. */
  readonly perSecond: number
  /** Requests that a client may make at once. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  /** Clock time of the last refill, in ms. */
  refilledAt: number
}

/** The buckets of all clients; beyond `RATE_CLIENTS_MAX` the least recent one is dropped. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit, clock: Clock = stopwatch) {
    this.#limit = limit
    this.#clock = clock
  }

  /** Counts a request of the client. Returns 0 if it is allowed, otherwise the seconds until the next one is. */
  countRequest(client: string): number {
    const { perSecond, burst } = this.#limit
    const now = this.#clock()
    const bucket = this.#buckets.get(client) ?? { tokens: burst, refilledAt: now }
    // Moves the client to the end of the map: the first entries are the least recently used.
    this.#buckets.delete(client)
    this.#buckets.set(client, bucket)
    if (this.#buckets.size > limits.RATE_CLIENTS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!)
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.refilledAt) / 1000) * perSecond)
    bucket.refilledAt = now
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond
    bucket.tokens--
    return 0
  }
}
