/** The rows that act: few of many do, and what is asked of them is asked of those alone. */
import type { RowRange } from '../cases.ts'
import type { Given } from './given.ts'
import { rememberedRows } from './remembered.ts'

/** Those of `given.rows`, ascending; looked for once in the same alerts, which nobody changes once they are made. */
export const actingRows = ({ alert, rows }: Pick<Given, 'alert' | 'rows'>): Int32Array => acting(alert, rows)

/** Room for as many rows as there have been, written over by whoever is next. */
let found = new Int32Array(0)

const acting = rememberedRows((alert: Uint8Array, { from, to }: RowRange): Int32Array => {
  if (found.length <= to - from) found = new Int32Array(to - from + 1)
  let count = 0
  // Written in any case, and kept if the row acts: nothing is to be guessed.
  for (let row = from; row < to; row++) {
    found[count] = row
    count += alert[row]
  }
  return found.slice(0, count)
})
