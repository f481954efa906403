import type { ErrorCode } from '../base/errors.ts'
import type { Value } from '../define/ir/ir.ts'

/** A row of the relation of asks: a key, what is known, and what time it is. */
export interface SqlAsk {
  readonly key: readonly Value[]
  /** Events of the log with an index below this are known… */
  readonly prefix: number
  /** …if their arrival is not above this. */
  readonly upto?: number | undefined
  /** The clock, UTC ms. */
  readonly t: number
  /** Index in the log of the event that features with `before` leave out. */
  readonly without?: number | undefined
}

/** One feature at one ask: a value as delivered (a list where the feature is one), the exact integer behind it, or why there is none. */
export interface SqlAnswer {
  readonly value: Value | readonly Value[]
  readonly exact?: bigint
  readonly refused?: ErrorCode
}
