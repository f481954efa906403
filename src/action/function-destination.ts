/** The user's function as a destination. Untrusted: a throw or a timeout is a failed attempt. */
import { callAfter, limits, thrownText, durationText } from '../base/index.ts'
import { ACKNOWLEDGED, type Delivery, type Destination, type DeliveryOutcome } from '../define/action/index.ts'

/**
 * Acknowledges by returning or resolving. `body` is parsed anew for each attempt. `signal` aborts at the timeout: the attempt has then
 * failed, whatever its later result, and another attempt with the same `id` may follow.
 */
export type DeliverFunction = (
  body: unknown,
  context: { readonly id: string; readonly attempt: number; readonly signal: AbortSignal },
) => unknown

/** Limits of a function destination. */
export interface FunctionSettings {
  readonly timeoutMs?: number | undefined
  readonly concurrency?: number | undefined
  /** Port for tests. */
  readonly after?: typeof callAfter
}

/** A destination that calls `own`. */
export function functionDestination(own: DeliverFunction, settings: FunctionSettings = {}): Destination {
  const { timeoutMs = limits.DELIVERY_MS, concurrency = limits.DELIVERIES_AT_ONCE, after: later = callAfter } = settings
  const underWay = new Set<Promise<DeliveryOutcome>>()

  function attempt(delivery: Delivery): Promise<DeliveryOutcome> {
    const { promise, resolve } = Promise.withResolvers<DeliveryOutcome>()
    const aborter = new AbortController()
    const timer = later(timeoutMs, () => {
      const why = `the function did not end within ${durationText(timeoutMs)}`
      resolve(failed(why))
      aborter.abort(new Error(why))
    })
    const call = async (): Promise<unknown> =>
      own(JSON.parse(delivery.body), { id: delivery.id, attempt: delivery.attempt, signal: aborter.signal })
    call().then(
      () => resolve(ACKNOWLEDGED),
      (error: unknown) => resolve(failed(thrownText(error, 'the function'))),
    )
    return promise.finally(() => timer.stop())
  }

  return {
    concurrency,
    deliver: delivery => {
      const outcome = attempt(delivery).finally(() => underWay.delete(outcome))
      underWay.add(outcome)
      return outcome
    },
    close: async () => void (await Promise.all(underWay)),
  }
}

const failed = (why: string): DeliveryOutcome => ({ kind: 'failed', why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX) })
