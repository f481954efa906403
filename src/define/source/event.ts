import type { Value } from '../ir/ir.ts'

/**
 * An accepted event as a row: what the oracle, tests and refusals speak of. Hot paths use columns (`columns/block.ts`).
 *
 * `row` has the physical value of every column of the source. A log is an array of these in its total order; a prefix
 * `P` is the number of events from its start.
 */
export interface LoggedEvent {
  readonly source: string
  readonly partition: number
  readonly offset: number
  /** UTC milliseconds, raised as semantics §1 says. */
  readonly arrival: number
  /** UTC milliseconds, never above `arrival`. */
  readonly time: number
  readonly row: Readonly<Record<string, Value>>
}
