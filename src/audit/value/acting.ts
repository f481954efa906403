/** Acting rows as lists. Few rows act, so per-action work visits only these rows. */
import type { RowRange } from '../domain/cases.ts'
import type { Given } from './given-threshold.ts'
import { rememberedRows } from './memo.ts'

/** The acting rows of `evaluation.rows`, ascending. Cached by the alerts, which are immutable once made. */
export const actingRows = (given: Pick<Given, 'alert' | 'rows' | 'acting'>): Int32Array => given.acting ?? ofAlerts(given.alert, given.rows)

/** The rows at or above a threshold, without a cooldown (`alertsAt` has one). NaN is no score. */
export function actingAt(score: Float64Array, { from, to }: RowRange, threshold: number): Int32Array {
  const room = roomFor(to - from)
  let count = 0
  for (let row = from; row < to; row++) {
    room[count] = row
    count += score[row] >= threshold ? 1 : 0
  }
  return room.slice(0, count)
}

const ofAlerts = rememberedRows((alert: Uint8Array, { from, to }: RowRange): Int32Array => {
  const room = roomFor(to - from)
  let count = 0
  // Written unconditionally and kept if the row acts: no branch to mispredict.
  for (let row = from; row < to; row++) {
    room[count] = row
    count += alert[row]
  }
  return room.slice(0, count)
})

/** Scratch space for the most rows so far and one more. The next call overwrites it. */
let found = new Int32Array(0)

function roomFor(rows: number): Int32Array {
  if (found.length <= rows) found = new Int32Array(rows + 1)
  return found
}
