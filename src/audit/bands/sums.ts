/** A difference, row by row, as sums by cell: the one pass over rows that an alternative costs. */
import type { CellSet, Sample } from './sample.ts'

/** Of one difference. The arrays are used again for the next. */
export interface Sums {
  /** Rows that count: those whose difference is known. */
  readonly rows: number
  /** Of those the ones that differ. */
  readonly differing: number
  /** Of these. */
  readonly differences: Float64Array
  /** Σd and Σd². */
  readonly sum: number
  readonly squares: number
  /** By cell, in the order of `Sample.cells`: rows that count, and Σd. */
  readonly counts: readonly Float64Array[]
  readonly sums: readonly Float64Array[]
}

/** Sums of one difference after the other over one sample. Most differences are 0, and mostly the same rows are unknown: neither is gone through again for each set of cells. */
export function summing({ length, cells }: Sample): (difference: Float64Array) => Sums {
  const counts = cells.map(({ count }) => new Float64Array(count))
  const sums = cells.map(({ count }) => new Float64Array(count))
  const [at, by] = [new Int32Array(length), new Float64Array(length)]
  const unknown = new Uint8Array(length)
  let counted = false
  return difference => {
    let [rows, differing, sum, squares, same] = [0, 0, 0, 0, counted]
    for (let row = 0; row < length; row++) {
      const d = difference[row]
      const missing = Number.isNaN(d) ? 1 : 0
      if (missing !== unknown[row]) {
        unknown[row] = missing
        same = false
      }
      if (missing === 1) continue
      rows++
      if (d === 0) continue
      at[differing] = row
      by[differing++] = d
      sum += d
      squares += d * d
    }
    for (let set = 0; set < cells.length; set++) {
      if (!same) countRows(cells[set], unknown, counts[set])
      addUp(cells[set].of, at, by, differing, sums[set])
    }
    counted = true
    return { rows, differing, differences: by.subarray(0, differing), sum, squares, counts, sums }
  }
}

function countRows({ of }: CellSet, unknown: Uint8Array, counts: Float64Array): void {
  counts.fill(0)
  for (let row = 0; row < of.length; row++) counts[of[row]] += 1 - unknown[row]
}

function addUp(of: Int32Array, at: Int32Array, by: Float64Array, length: number, sums: Float64Array): void {
  sums.fill(0)
  for (let i = 0; i < length; i++) sums[of[at[i]]] += by[i]
}
