/** The IR of reports. */
import type { ColumnIR } from './column-ir.ts'
import type { ExprIR } from './expr-ir.ts'
import type { InputIR } from './input-ir.ts'
import type { ScheduleIR } from './schedule-ir.ts'

/**
 * At each time of a schedule a row about every live key: what a decision at that time would be made on, and its score (semantics, Reports). Times are
 * milliseconds.
 */
export interface ReportIR {
  readonly name: string
  /** A model, whose score each row has; or inputs alone. */
  readonly of: { readonly kind: 'model'; readonly model: string } | { readonly kind: 'inputs'; readonly inputs: readonly InputIR[] }
  /** What a row is about, named as the inputs read groups by it. */
  readonly column: ColumnIR
  readonly at: ScheduleIR
  readonly live: number
  /** How old a group may be, by its clock, until a row is `stale`. */
  readonly freshness?: number
  /** Over the columns of the report, `score` and `vector.NAME`, as delivered: it has the rows for which this is true. */
  readonly where?: ExprIR
  /** NULL is last; of equal rows the order is that of their keys, as at a tick. */
  readonly orderBy?: readonly { readonly column: string; readonly descending: boolean }[]
  readonly limit?: number
  /** The path of a file, with `{date}` and `{time}` for when it is of; in the data folder if there is none. */
  readonly to?: string
  readonly owner?: string
  readonly description?: string
}
