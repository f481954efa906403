/**
 * The evaluation of one plan: its decisions, its alerts, and the rows that count. Value functions and performance figures take it.
 */
import { sharedFloats } from '../../columns/index.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import { memoizeByRows } from './memo.ts'

export interface AlertEvaluation {
  readonly cases: Cases
  readonly decided: Decided
  /** 1 where the decision acts, for all rows. */
  readonly alert: Uint8Array
  readonly rows: RowRange
  /** The acting rows of `rows`, where computed without `alert`. */
  readonly acting?: Int32Array | undefined
}

/** True if the decision has a known outcome. Decisions without one are in no figure. */
export const hasKnownOutcome = ({ known, eligible }: Pick<Cases, 'known' | 'eligible'>, row: number): boolean =>
  known[row] === 1 && eligible[row] === 1

/**
 * A value for each row: 0 where the outcome is known, NaN elsewhere. In shared memory, which the garbage collector does not count
 * (`experiment/timeline/feature-columns.ts`).
 */
export function zeroValues({ cases, rows }: Pick<AlertEvaluation, 'cases' | 'rows'>): Float64Array {
  const template = valueTemplate(cases, rows)
  const values = sharedFloats(template.length)
  for (let i = 0; i < template.length; i++) values[i] = template[i]
  return values
}

/** 1 for each row without a known outcome, and the number of rows with one. */
export const unknownOutcomes = memoizeByRows((cases: Cases, rows: RowRange): { readonly unknown: Uint8Array; readonly known: number } => {
  const unknown = Uint8Array.from(valueTemplate(cases, rows), value => Number(Number.isNaN(value)))
  return { unknown, known: unknown.length - unknown.reduce((sum, is) => sum + is, 0) }
})

/** Cached: all plans are judged on the same rows. */
const valueTemplate = memoizeByRows((cases: Cases, { from, to }: RowRange): Float64Array => {
  const values = new Float64Array(Math.max(0, to - from))
  for (let i = 0; i < values.length; i++) if (!hasKnownOutcome(cases, from + i)) values[i] = NaN
  return values
})
