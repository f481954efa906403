/** The rows that act: few of many do, and what is asked of them is asked of those alone. */
import type { RowRange } from '../domain/cases.ts'
import type { Given } from './given-threshold.ts'
import { rememberedRows } from './memo.ts'

/** Those of `given.rows`, ascending; looked for once in the same alerts, which nobody changes once they are made. */
export const actingRows = (given: Pick<Given, 'alert' | 'rows' | 'acting'>): Int32Array => given.acting ?? ofAlerts(given.alert, given.rows)

/** Those whose score is at or above a threshold, where none is left alone for the one before (`alertsAt` without a cooldown). NaN is no score. */
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
  // Written in any case, and kept if the row acts: nothing is to be guessed.
  for (let row = from; row < to; row++) {
    room[count] = row
    count += alert[row]
  }
  return room.slice(0, count)
})

/** For as many rows as there have been and one more, written over by whoever is next. */
let found = new Int32Array(0)

function roomFor(rows: number): Int32Array {
  if (found.length <= rows) found = new Int32Array(rows + 1)
  return found
}
