/**
 * Binned columns, on which trees are grown. The bin of a value is the number of cuts below it; NULL has the last bin.
 *
 * Up to 255 bins hold about equally many rows; a column with fewer distinct values has one bin for each. Cuts lie between occurring values,
 * so that only the order of values matters. Four bins share one word, so one read gives four: growing is bound by that read.
 */
import { limits } from '../../base/index.ts'

/** Bins of a column, including the last bin for NULL. */
export const BINS = 256
export const NULL_BIN = BINS - 1
const VALUE_BINS = BINS - 1

/** Columns per word. */
export const PER_WORD = 4

/** Binned columns. */
export interface BinnedColumns {
  readonly length: number
  /** Cuts by column, ascending. */
  readonly cuts: readonly Float64Array[]
  /** Word w of a row has the bin of column `4 w + j` in the bits from `8 j` on. */
  readonly words: readonly Int32Array[]
}

/** Bins columns, with at most `binsMax` bins of values each. */
export function binColumns(columns: readonly Float64Array[], length: number, binsMax = VALUE_BINS): BinnedColumns {
  const cuts = columns.map(column => cutsOf(sample(column, length).sort(), binsMax))
  const words = Array.from({ length: Math.ceil(columns.length / PER_WORD) }, () => new Int32Array(length))
  columns.forEach((column, at) => addColumn(words[Math.floor(at / PER_WORD)], 8 * (at % PER_WORD), column, cuts[at]))
  return { length, cuts, words }
}

/** An evenly spaced sample of the values, without NULLs: a new array. */
function sample(column: Float64Array, length: number): Float64Array {
  const count = Math.min(length, limits.TREE_BIN_ROWS)
  const values = new Float64Array(count)
  let valueCount = 0
  for (let i = 0; i < count; i++) {
    const value = column[Math.floor((i * length) / count)]
    if (!Number.isNaN(value)) values[valueCount++] = value
  }
  return values.subarray(0, valueCount)
}

/** Quantile cuts into `binsMax` bins, or a cut between all distinct values if they are at most as many. No cut after the greatest. */
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

/** The midpoint, or the lower of two adjacent doubles: at least `low`, below `high`. */
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
