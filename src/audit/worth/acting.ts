/** The rows that act: few of many do, and what is asked of them is asked of those alone. */
import type { RowRange } from '../cases.ts'
import type { Given } from './given.ts'

const known = new WeakMap<Uint8Array, { readonly rows: RowRange; readonly acting: Int32Array }>()

/** Those of `given.rows`, ascending; looked for once in the same alerts, which nobody changes once they are made. */
export function actingRows({ alert, rows }: Pick<Given, 'alert' | 'rows'>): Int32Array {
  const last = known.get(alert)
  if (last && last.rows.from === rows.from && last.rows.to === rows.to) return last.acting
  const found = new Int32Array(Math.max(0, rows.to - rows.from) + 1)
  let count = 0
  // Written in any case, and kept if the row acts: nothing is to be guessed.
  for (let row = rows.from; row < rows.to; row++) {
    found[count] = row
    count += alert[row]
  }
  const acting = found.subarray(0, count)
  known.set(alert, { rows, acting })
  return acting
}
