/**
 * The evaluation of one plan: its decisions and its alerts, and the rows that count. Value functions and performance figures take it.
 *
 * Only eligible decisions count. A decision during an episode that has already begun (`begins`) has no outcome: it uses no alert budget,
 * does not act, is not ranked, and is in no weekly figure. Few rows act, so work on actions visits lists of them.
 */
import { sharedFloats } from '../../columns/index.ts'
import { lastResults, memoizeByRows } from '../domain/caches.ts'
import type { Cases, PlanDecisions, RowRange } from '../domain/cases.ts'
import { flagsBefore } from './sparse.ts'

export interface AlertEvaluation {
  readonly cases: Cases
  readonly decided: PlanDecisions
  /** 1 where the decision acts, for all rows. */
  readonly alert: Uint8Array
  readonly rows: RowRange
  /** The acting rows of `rows`, ascending, where computed without `alert`. */
  readonly acting?: Int32Array | undefined
}

/** Values of the decisions under a plan, one per row of `rows`, in units; NaN where the label is unknown. */
export type UtilityFunction = (evaluation: AlertEvaluation) => Float64Array

/** True if the decision has a known outcome. Decisions without one are in no figure. */
export const hasKnownOutcome = ({ isLabelled, eligible }: Pick<Cases, 'isLabelled' | 'eligible'>, row: number): boolean =>
  isLabelled[row] === 1 && eligible[row] === 1

/**
 * A value for each row: 0 where the outcome is known, NaN elsewhere. In shared memory, which the garbage collector does not count
 * (`columns/block.ts`).
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

/** All plans are judged on the same rows. */
const valueTemplate = memoizeByRows((cases: Cases, { from, to }: RowRange): Float64Array => {
  const values = new Float64Array(Math.max(0, to - from))
  for (let i = 0; i < values.length; i++) if (!hasKnownOutcome(cases, from + i)) values[i] = NaN
  return values
})

/** The acting rows of `evaluation.rows`, ascending. */
export const actingRows = (evaluation: Pick<AlertEvaluation, 'alert' | 'rows' | 'acting'>): Int32Array =>
  evaluation.acting ?? rowsOfAlerts(evaluation.alert, evaluation.rows)

/** The rows at or above a threshold, without a cooldown (`afterCooldown`). NaN is no score. */
export function actingRowsAt(score: Float64Array, { from, to }: RowRange, threshold: number): Int32Array {
  const buffer = bufferFor(to - from)
  let count = 0
  for (let row = from; row < to; row++) {
    buffer[count] = row
    count += score[row] >= threshold ? 1 : 0
  }
  return buffer.slice(0, count)
}

/** Alerts are immutable once made. */
const rowsOfAlerts = memoizeByRows((alert: Uint8Array, { from, to }: RowRange): Int32Array => {
  const buffer = bufferFor(to - from)
  let count = 0
  // Written unconditionally and kept if the row acts: no branch to mispredict.
  for (let row = from; row < to; row++) {
    buffer[count] = row
    count += alert[row]
  }
  return buffer.slice(0, count)
})

/** Scratch space for the most rows so far and one more. The next call overwrites it. */
let scratch = new Int32Array(0)

function bufferFor(rows: number): Int32Array {
  if (scratch.length <= rows) scratch = new Int32Array(rows + 1)
  return scratch
}

/** 1 where a decision is eligible; absent where all are. */
export interface Eligibility {
  readonly eligible?: Cases['eligible'] | undefined
}

/** The number of eligible decisions in the rows. O(1) after the first call for the same cases. */
export function eligibleCount({ eligible }: Eligibility, { from, to }: RowRange): number {
  if (!eligible) return to - from
  const before = flagsBefore(eligible)
  return before[to] - before[from]
}

/** The scores with NaN where a decision is not eligible; the same array where all are. */
export function eligibleScores({ eligible }: Required<Eligibility>, score: Float64Array): Float64Array {
  if (!eligible || eligibleCount({ eligible }, { from: 0, to: eligible.length }) === eligible.length) return score
  return maskedScores(score, [eligible], () => score.map((value, row) => (eligible[row] === 1 ? value : NaN)))
}

/** Scores are immutable once made. */
const maskedScores = lastResults<Float64Array, Float64Array>()
