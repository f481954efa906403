/**
 * Histograms of a leaf: Σ gradient, Σ Hessian and row count in each bin of each column. Bin b of column c is at `c · 256 + b`.
 * `grow.ts` counts one per leaf, and `split.ts` finds the best split in it. (Features are `src/aggregate/histogram.ts`.)
 *
 * Invariant: all terms lie on grids on which every sum is exact (`grid.ts`). So a histogram does not depend on row order, and a leaf's
 * histogram equals its parent's minus its sibling's, to the bit.
 */
import { BINS, PER_WORD, type BinnedColumns } from './bins.ts'
import { PACKED_ROWS_MAX } from './grid.ts'

/** Sums by bin. */
export interface GradientHistogram {
  readonly gradient: Float64Array
  readonly hessian: Float64Array
  readonly rows: Int32Array
}

/** Memory of one bin, bytes. */
export const BIN_BYTES = 20

const BINS_OF_WORD = PER_WORD * BINS

/** Gradients, and Hessians packed with a row count in multiples of `unit`, in row order of a leaf. */
export interface Derivatives {
  readonly gradient: Float64Array
  readonly packed: Float64Array
}

/** Builds histograms over `words · 4` columns; reuses arrays. */
export class HistogramPool {
  readonly #bins: BinnedColumns
  readonly #free: GradientHistogram[] = []
  readonly #packed: Float64Array

  constructor(bins: BinnedColumns) {
    this.#bins = bins
    this.#packed = new Float64Array(bins.words.length * BINS_OF_WORD)
  }

  /** Returns a histogram for reuse. */
  release(histogram: GradientHistogram | undefined): void {
    if (histogram) this.#free.push(histogram)
  }

  /** Counts `rows`, or all rows, in the columns of the `used` words. */
  count(used: readonly number[], rows: Int32Array | undefined, { gradient, packed }: Derivatives, unit: number): GradientHistogram {
    const histogram = this.#empty()
    const length = rows?.length ?? this.#bins.length
    for (let from = 0; from < length; from += PACKED_ROWS_MAX) {
      const to = Math.min(from + PACKED_ROWS_MAX, length)
      for (const word of used)
        addWord(histogram.gradient, this.#packed, word * BINS_OF_WORD, this.#bins.words[word], rows, from, to, gradient, packed)
      for (const word of used) unpack(histogram, this.#packed, word * BINS_OF_WORD, unit)
    }
    return histogram
  }

  #empty(): GradientHistogram {
    const size = this.#packed.length
    const used = this.#free.pop()
    if (!used) return { gradient: new Float64Array(size), hessian: new Float64Array(size), rows: new Int32Array(size) }
    used.gradient.fill(0)
    used.hessian.fill(0)
    used.rows.fill(0)
    return used
  }
}

/** The hottest loop: a word is four columns, so row number and derivatives are read once for four. */
function addWord(
  gradient: Float64Array,
  packed: Float64Array,
  base: number,
  words: Int32Array,
  rows: Int32Array | undefined,
  from: number,
  to: number,
  gradients: Float64Array,
  packeds: Float64Array,
): void {
  for (let i = from; i < to; i++) {
    const bins = words[rows ? rows[i] : i]
    const g = gradients[i]
    const h = packeds[i]
    const first = base + (bins & 255)
    gradient[first] += g
    packed[first] += h
    const second = base + BINS + ((bins >>> 8) & 255)
    gradient[second] += g
    packed[second] += h
    const third = base + 2 * BINS + ((bins >>> 16) & 255)
    gradient[third] += g
    packed[third] += h
    const fourth = base + 3 * BINS + (bins >>> 24)
    gradient[fourth] += g
    packed[fourth] += h
  }
}

/** Unpacks the sums of one word's columns. */
function unpack({ hessian, rows }: GradientHistogram, packed: Float64Array, from: number, unit: number): void {
  for (let i = from; i < from + BINS_OF_WORD; i++) {
    const sum = packed[i]
    if (sum === 0) continue
    const count = Math.floor(sum / unit)
    rows[i] += count
    hessian[i] += sum - count * unit
    packed[i] = 0
  }
}

/** Subtracts the histogram of some rows. */
export function subtractHistogram({ gradient, hessian, rows }: GradientHistogram, part: GradientHistogram): void {
  for (let i = 0; i < rows.length; i++) {
    gradient[i] -= part.gradient[i]
    hessian[i] -= part.hessian[i]
    rows[i] -= part.rows[i]
  }
}

/** Totals over the bins of a column. */
export function histogramTotal(
  { gradient, hessian, rows }: GradientHistogram,
  column: number,
): { gradient: number; hessian: number; rows: number } {
  const total = { gradient: 0, hessian: 0, rows: 0 }
  for (let i = column * BINS; i < (column + 1) * BINS; i++) {
    total.gradient += gradient[i]
    total.hessian += hessian[i]
    total.rows += rows[i]
  }
  return total
}
