/**
 * A destination that keeps its contract whatever the destination behind it does: a delivery that throws, rejects, exceeds its deadline or
 * resolves with something else than an outcome has failed, for a reason that names the destination and the clause.
 *
 * Cost: one promise per delivery; with a deadline also a timer and an `AbortController`.
 */
import {
  brokenClauseText,
  type callAfter,
  type Contract,
  contractError,
  durationText,
  limits,
  show,
  thrownText,
  withDeadline,
} from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination } from '../define/action/index.ts'

const clauses = {
  destination: 'a destination is an object { concurrency, deliver, close }',
  concurrency: `concurrency is a whole number from 1 to ${limits.DELIVERIES_AT_ONCE_MAX}`,
  outcome: "deliver resolves with { kind: 'acknowledged' } or { kind: 'failed', why }",
  rejection: 'deliver never throws or rejects',
  deadline: 'deliver ends by its deadline',
  close: 'close resolves once all deliveries have ended',
}

const contractOf = (name: string): Contract => ({ subject: name, clauses })

/** An open destination with its name, and the limits of its definition if it is the user's own. */
export interface OpenedDestination {
  readonly name: string
  readonly destination: Destination
  /** Deadline of a delivery, and of closing it, ms. */
  readonly timeoutMs?: number
  /** Attempts before an effect is dead. */
  readonly attempts?: number | undefined
}

/** The open destination of an action's effects; a user's own has a name. */
export interface ActionDestination extends Partial<OpenedDestination> {
  readonly action: string
  readonly destination: Destination
}

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
  readonly #contract: Contract

  /** Throws as `checkDestination` does. */
  constructor(destination: unknown, options: GuardOptions) {
    this.#options = options
    this.#contract = contractOf(options.name)
    this.#destination = checkDestination(destination, options.name)
    this.concurrency = this.#destination.concurrency
  }

  async deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    try {
      const { timeoutMs } = this.#options
      const outcome: unknown = await (timeoutMs === undefined ? this.#destination.deliver(delivery) : this.#timed(delivery, timeoutMs))
      return checkedOutcome(outcome) ?? this.#failed('outcome', `got ${show(outcome)}`)
    } catch (error) {
      return this.#failed('rejection', thrownText(error, 'it'))
    }
  }

  /** Resolves by the deadline. A fault is reported. */
  async close(): Promise<void> {
    const { timeoutMs, after } = this.#options
    try {
      const closed = (async () => this.#destination.close())()
      await (timeoutMs === undefined ? closed : withDeadline(closed, timeoutMs, () => this.#reportClose(overdueText(timeoutMs)), after))
    } catch (error) {
      this.#reportClose(thrownText(error, 'it'))
    }
  }

  async #timed(delivery: Delivery, timeoutMs: number): Promise<unknown> {
    const aborter = new AbortController()
    const settled = (async (): Promise<unknown> => this.#destination.deliver({ ...delivery, signal: aborter.signal }))()
    const onExpiry = (): DeliveryOutcome => {
      aborter.abort(new Error(`the delivery took longer than ${durationText(timeoutMs)}`))
      return this.#failed('deadline', overdueText(timeoutMs))
    }
    return withDeadline(settled, timeoutMs, onExpiry, this.#options.after)
  }

  #reportClose(problem: string): void {
    this.#options.onReport(brokenClauseText(this.#contract, 'close', problem))
  }

  #failed(clause: keyof typeof clauses, problem: string): DeliveryOutcome {
    const why = brokenClauseText(this.#contract, clause, problem)
    return { kind: 'failed', why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX) }
  }
}

const overdueText = (ms: number): string => `it took longer than ${durationText(ms)}`

/**
 * The value itself, if it has the shape of a destination.
 * @throws `SPILL_CONTRACT` for anything else, and for a `concurrency` that is no whole number from 1 to `DELIVERIES_AT_ONCE_MAX`.
 */
export function checkDestination(value: unknown, name: string): Destination {
  const { concurrency, deliver, close } = Object(value) as Partial<Record<keyof Destination, unknown>>
  const contract = contractOf(name)
  if (typeof deliver !== 'function' || typeof close !== 'function') throw contractError(contract, 'destination', `got ${show(value)}`)
  if (typeof concurrency !== 'number' || !Number.isInteger(concurrency) || concurrency < 1 || concurrency > limits.DELIVERIES_AT_ONCE_MAX)
    throw contractError(contract, 'concurrency', `got ${show(concurrency)}`)
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

/** A destination that keeps the clause `close`: `close` waits for the deliveries in flight. */
export function closingAfterDeliveries(destination: Destination): Destination {
  const inFlight = new Set<Promise<DeliveryOutcome>>()
  return {
    concurrency: destination.concurrency,
    deliver: delivery => {
      const outcome = destination.deliver(delivery).finally(() => inFlight.delete(outcome))
      inFlight.add(outcome)
      return outcome
    },
    close: async () => {
      while (inFlight.size > 0) await Promise.all(inFlight)
      await destination.close()
    },
  }
}
