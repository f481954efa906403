/**
 * A destination that keeps its contract whatever the destination behind it does: a delivery that throws, rejects, exceeds its deadline or
 * resolves with something else than an outcome has failed, for a reason that names the destination and the clause.
 *
 * Cost: one promise per delivery; with a deadline also a timer and an `AbortController`.
 */
import { type callAfter, SpillwayError, limits, show, thrownText, durationText } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination } from '../define/action/index.ts'

/** Name and limits of a guarded destination. */
export interface GuardOptions {
  /** Names the destination in messages: `destination 'kafka' of action 'review'`. */
  readonly name: string
  /** Deadline of one delivery and of `close`; the destinations of this room end by themselves and have none. */
  readonly timeoutMs?: number | undefined
  readonly after: typeof callAfter
  /** Called with a fault of `close`, after which nothing can be retried. */
  readonly onReport: (text: string) => void
}

/** Guards a destination. */
export class GuardedDestination implements Destination {
  readonly concurrency: number
  readonly #destination: Destination
  readonly #options: GuardOptions

  /** Throws as `checkDestination` does. */
  constructor(destination: unknown, options: GuardOptions) {
    this.#options = options
    this.#destination = checkDestination(destination, options.name)
    this.concurrency = this.#destination.concurrency
  }

  async deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    try {
      const { timeoutMs } = this.#options
      const outcome: unknown = await (timeoutMs === undefined ? this.#destination.deliver(delivery) : this.#timed(delivery, timeoutMs))
      return (
        checkedOutcome(outcome) ?? this.#failed("deliver resolves with { kind: 'acknowledged' } or { kind: 'failed', why }", show(outcome))
      )
    } catch (error) {
      return this.#failed('deliver never throws or rejects', thrownText(error, 'it'))
    }
  }

  /** Resolves by the deadline. A fault is reported. */
  async close(): Promise<void> {
    const { name, timeoutMs, onReport } = this.#options
    try {
      const closed = (async () => this.#destination.close())()
      await (timeoutMs === undefined ? closed : this.#before(closed, timeoutMs))
    } catch (error) {
      const fault = error instanceof Overdue ? `it took longer than ${durationText(timeoutMs!)}` : thrownText(error, 'it')
      onReport(`${name} breaks its contract: close resolves once all deliveries have ended; ${fault}`)
    }
  }

  async #timed(delivery: Delivery, timeoutMs: number): Promise<unknown> {
    const aborter = new AbortController()
    try {
      const settled = (async (): Promise<unknown> => this.#destination.deliver({ ...delivery, signal: aborter.signal }))()
      return await this.#before(settled, timeoutMs)
    } catch (error) {
      if (!(error instanceof Overdue)) throw error
      aborter.abort(new Error(`the delivery took longer than ${durationText(timeoutMs)}`))
      return this.#failed('deliver ends by its deadline', `it took longer than ${durationText(timeoutMs)}`)
    }
  }

  /** Rejects with `Overdue` if the promise has not settled after `ms`. */
  #before<T>(promise: Promise<T>, ms: number): Promise<T> {
    const { promise: overdue, reject } = Promise.withResolvers<never>()
    const timer = this.#options.after(ms, () => reject(new Overdue()))
    return Promise.race([promise, overdue]).finally(() => timer.stop())
  }

  #failed(clause: string, fault: string): DeliveryOutcome {
    return {
      kind: 'failed',
      why: `${this.#options.name} breaks its contract: ${clause}; ${fault}`.slice(0, limits.FAILURE_REASON_CHARS_MAX),
    }
  }
}

class Overdue extends Error {}

/**
 * The value itself, if it has the shape of a destination.
 * @throws `SPILL_CONTRACT` for anything else, and for a `concurrency` that is no whole number from 1 to `DELIVERIES_AT_ONCE_MAX`.
 */
export function checkDestination(value: unknown, name: string): Destination {
  const { concurrency, deliver, close } = Object(value) as Partial<Record<keyof Destination, unknown>>
  const broken = (clause: string, got: unknown) =>
    new SpillwayError('SPILL_CONTRACT', `${name} breaks its contract: ${clause}; got ${show(got)}`)
  if (typeof deliver !== 'function' || typeof close !== 'function')
    throw broken('a destination is an object { concurrency, deliver, close }', value)
  if (typeof concurrency !== 'number' || !Number.isInteger(concurrency) || concurrency < 1 || concurrency > limits.DELIVERIES_AT_ONCE_MAX)
    throw broken(`concurrency is a whole number from 1 to ${limits.DELIVERIES_AT_ONCE_MAX}`, concurrency)
  return value as Destination
}

/** A copy of a proper outcome, which its maker can no longer change; undefined for anything else. */
function checkedOutcome(value: unknown): DeliveryOutcome | undefined {
  if (value === ACKNOWLEDGED) return ACKNOWLEDGED
  const { kind, why, retryAfterMs, final } = Object(value) as Readonly<Record<string, unknown>>
  if (kind === 'acknowledged') return ACKNOWLEDGED
  if (kind !== 'failed' || typeof why !== 'string' || why === '') return undefined
  if (retryAfterMs !== undefined && !(typeof retryAfterMs === 'number' && retryAfterMs >= 0)) return undefined
  if (final !== undefined && typeof final !== 'boolean') return undefined
  return {
    kind,
    why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(final && { final }),
  }
}
