import type { Value } from '../ir/ir.ts'

/**
 * An accepted event as a row, for the oracle, tests and rejected records. Hot paths use columns (`columns/block.ts`).
 *
 * `row` has the physical value of every column of the source. A log is an array of events in its total order; a log position is
 * the number of events before it.
 */
export interface LoggedEvent {
  readonly source: string
  readonly partition: number
  readonly offset: number
  /** Ingestion time, UTC ms; never below that of the event before it (semantics, The log). */
  readonly arrival: number
  /** Event time, UTC ms, never above `arrival`. */
  readonly time: number
  readonly row: Readonly<Record<string, Value>>
}
