/** The user's function as a destination. Untrusted: a throw or a timeout is a failed attempt. */
import { callAfter, type TraceContext, limits, thrownText, durationText, withDeadline } from '../base/index.ts'
import { ACKNOWLEDGED, type Destination, type DeliveryOutcome } from '../define/action/index.ts'
import { closingAfterDeliveries } from './guarded-destination.ts'

/**
 * Acknowledges by returning or resolving. `body` is parsed anew for each attempt. `signal` aborts at the timeout: the attempt has then
 * failed, whatever its later result, and another attempt with the same `id` may follow.
 */
export type DeliverFunction = (
  body: unknown,
  context: {
    readonly id: string
    readonly attempt: number
    readonly signal: AbortSignal
    /** Trace context for the receiver; absent if the decision's request had none. */
    readonly trace?: TraceContext
  },
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
  const { timeoutMs = limits.DELIVERY_MS, concurrency = limits.DELIVERIES_AT_ONCE, after = callAfter } = settings
  return closingAfterDeliveries({
    concurrency,
    deliver: async ({ body, id, attempt, trace }) => {
      const aborter = new AbortController()
      const call = async (): Promise<DeliveryOutcome> => {
        await own(JSON.parse(body), { id, attempt, signal: aborter.signal, ...(trace && { trace }) })
        return ACKNOWLEDGED
      }
      const onExpiry = (): DeliveryOutcome => {
        const why = `the function did not end within ${durationText(timeoutMs)}`
        aborter.abort(new Error(why))
        return failed(why)
      }
      try {
        return await withDeadline(call(), timeoutMs, onExpiry, after)
      } catch (error) {
        return failed(thrownText(error, 'the function'))
      }
    },
    close: async () => {},
  })
}

const failed = (why: string): DeliveryOutcome => ({ kind: 'failed', why: why.slice(0, limits.FAILURE_REASON_CHARS_MAX) })
