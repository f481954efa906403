/**
 * Columns in bins: what trees are grown on. A value is in the bin of as many cuts as are below it, a NULL in the last.
 *
 * Up to 255 bins hold about as many rows each; a column of fewer values has one for each. Cuts lie between values that occur, so that
 * which rows a cut parts depends on the order of values alone. Four bins are one word: a row's four are read at once, which is what growing waits for.
 */
import { limits } from '../../base/limits.ts'

/** Bins of a column with that of NULLs, which is the last. */
export const BINS = 256
export const NULL_BIN = BINS - 1
const VALUE_BINS = BINS - 1

/** Columns whose bins are one word. */
export const PER_WORD = 4

export interface Bins {
  readonly length: number
  /** By column, ascending. */
  readonly cuts: readonly Float64Array[]
  /** Word w of a row has the bin of column `4 w + j` in its bits from `8 j` on. */
  readonly words: readonly Int32Array[]
}

/** `binsMax` bins of values a column at most. */
export function binsOf(columns: readonly Float64Array[], length: number, binsMax = VALUE_BINS): Bins {
  const cuts = columns.map(column => cutsOf(sample(column, length).sort(), binsMax))
  const words = Array.from({ length: Math.ceil(columns.length / PER_WORD) }, () => new Int32Array(length))
  columns.forEach((column, at) => addColumn(words[Math.floor(at / PER_WORD)], 8 * (at % PER_WORD), column, cuts[at]))
  return { length, cuts, words }
}

/** Values at even distances, without NULLs: a fresh array. */
function sample(column: Float64Array, length: number): Float64Array {
  const count = Math.min(length, limits.TREE_BIN_ROWS)
  const values = new Float64Array(count)
  let kept = 0
  for (let i = 0; i < count; i++) {
    const value = column[Math.floor((i * length) / count)]
    if (!Number.isNaN(value)) values[kept++] = value
  }
  return values.subarray(0, kept)
}

/** A cut after every (1 / binsMax)th of the values, or after each one that occurs if there are no more of them; none after the greatest. */
export function cutsOf(sorted: Float64Array, binsMax: number): Float64Array {
  const { length } = sorted
  let distinct = Number(length > 0)
  for (let i = 1; i < length; i++) distinct += Number(sorted[i] !== sorted[i - 1])
  const parts = distinct <= binsMax ? length : binsMax
  const cuts: number[] = []
  let above = 0
  for (let part = 1; part < parts; part++) {
    const upTo = Math.floor((part * length) / parts)
    if (upTo <= above) continue
    above = upTo
    while (above < length && sorted[above] === sorted[upTo - 1]) above++
    if (above < length) cuts.push(between(sorted[upTo - 1], sorted[above]))
  }
  return Float64Array.from(cuts)
}

/** Half way, or the lower of two neighbours: at least `low`, below `high`. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2
  return (middle >= low && middle < high ? middle : low) + 0
}

function addColumn(words: Int32Array, shift: number, column: Float64Array, cuts: Float64Array): void {
  const padded = new Float64Array(BINS).fill(Infinity)
  padded.set(cuts)
  for (let row = 0; row < words.length; row++) {
    const x = column[row]
    let bin = 0
    for (let step = BINS >> 1; step > 0; step >>= 1) if (x > padded[bin + step - 1]) bin += step
    words[row] |= (Number.isNaN(x) ? NULL_BIN : bin) << shift
  }
}
