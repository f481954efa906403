/** Reports in the IR. */
import type { ColumnIR } from './column-ir.ts'
import type { ExprIR, InputIR } from './expr-ir.ts'
import type { ScheduleIR } from './schedule-ir.ts'

/**
 * A report: at each time of a schedule one row per active key, with the inputs of a decision at that time and its score
 * (semantics, Decisions and placements). Times are milliseconds.
 */
export interface ReportIR {
  readonly name: string
  /** A model, whose score each row has; or inputs alone. */
  readonly of: { readonly kind: 'model'; readonly model: string } | { readonly kind: 'inputs'; readonly inputs: readonly InputIR[] }
  /** Column of the key, named as the inputs read groups by it. */
  readonly column: ColumnIR
  readonly at: ScheduleIR
  /** Time after its last event for which a key stays active, ms. */
  readonly live: number
  /** Age of a group's values, by their as-of time, beyond which a row is `stale`. */
  readonly freshness?: number
  /** Condition of the rows, over the delivered columns `score` and `vector.NAME`. */
  readonly where?: ExprIR
  /** Order of the rows. NULL is last; equal rows are in order of their keys, as at a tick. */
  readonly orderBy?: readonly { readonly column: string; readonly descending: boolean }[]
  readonly limit?: number
  /** Path of the file, with `{date}` and `{time}` for the report's time; in the data folder if absent. */
  readonly to?: string
  readonly owner?: string
  readonly description?: string
}
