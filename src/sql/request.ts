import type { ErrorCode } from '../base/index.ts'
import type { Value } from '../define/ir/index.ts'

/** A point-in-time request: a row of the relation of requests with a key, the visible events, and the as-of time. */
export interface SqlRequest {
  readonly key: readonly Value[]
  /** Events of the log with an index below this are visible… */
  readonly prefix: number
  /** …if their arrival is at or before this. */
  readonly upto?: number | undefined
  /** The as-of time, UTC ms. */
  readonly t: number
  /** Index in the log of the event that features with `before` leave out. */
  readonly excludedEvent?: number | undefined
}

/**
 * The answer for one feature and one request: a value as delivered (a list if the feature is one), the exact integer behind it, or
 * the reason why there is none.
 */
export interface SqlAnswer {
  readonly value: Value | readonly Value[]
  readonly exact?: bigint
  readonly rejected?: ErrorCode
}
