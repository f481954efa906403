/** Acting rows as lists. Few rows act, so per-action work visits only these rows. */
import type { RowRange } from '../domain/cases.ts'
import type { AlertEvaluation } from './alert-evaluation.ts'
import { memoizeByRows } from './memo.ts'

/** The acting rows of `evaluation.rows`, ascending. Cached by the alerts, which are immutable once made. */
export const actingRows = (evaluation: Pick<AlertEvaluation, 'alert' | 'rows' | 'acting'>): Int32Array =>
  evaluation.acting ?? rowsOfAlerts(evaluation.alert, evaluation.rows)

/** The rows at or above a threshold, without a cooldown (`alertsAt` has one). NaN is no score. */
export function actingRowsAt(score: Float64Array, { from, to }: RowRange, threshold: number): Int32Array {
  const buffer = bufferFor(to - from)
  let count = 0
  for (let row = from; row < to; row++) {
    buffer[count] = row
    count += score[row] >= threshold ? 1 : 0
  }
  return buffer.slice(0, count)
}

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
