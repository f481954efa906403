/**
 * Sums of differences by cell. A level costs one pass over rows; each further sum, by whatever cells, costs its differing rows
 * alone.
 */
import { lastResults } from '../domain/caches.ts'
import { sparseOf, type SparseValues } from '../value/sparse.ts'
import type { ClusterCodes } from './cluster-codes.ts'
import type { ClusteredSample } from './sample.ts'

/** The unknown rows of the previous difference of a sample: mostly the same rows again. */
const lastUnknown = new WeakMap<ClusteredSample, Uint8Array>()

/** Sparse differences of dense ones, NaN where unknown. */
export const sparseDifferences = (sample: ClusteredSample, differences: readonly Float64Array[]): SparseValues[] =>
  differences.map(difference => {
    const sparse = sparseOf(difference, lastUnknown.get(sample))
    lastUnknown.set(sample, sparse.unknown)
    return sparse
  })

/**
 * Sums of one difference by one set of cells, valid until the buffers are used again. Entries come first for each cell with a nonzero sum,
 * then one entry for all other cells of each size.
 */
export interface CellSums {
  readonly sizes: CellSizes
  /** The cells of the first entries. */
  readonly cells: Int32Array
  /** By entry: Σd, the known rows of a cell, and the number of cells that the entry represents. */
  readonly sums: Float64Array
  readonly rows: Int32Array
  readonly times: Int32Array
}

/** The known rows of each cell. Few distinct sizes occur, so cells are counted by size. */
export interface CellSizes {
  /** By cell: the index of its size in `rows`. */
  readonly of: Int32Array
  readonly rows: Int32Array
  /** By index: the number of cells of that size. */
  readonly cells: Int32Array
}

/** Reused buffers for sums: one difference by seven sets has several times as many entries as differing rows. */
export class SumBuffers {
  /** The cells met, difference by difference. */
  touched = new Int32Array(0)
  cells = new Int32Array(0)
  sums = new Float64Array(0)
  rows = new Int32Array(0)
  times = new Int32Array(0)

  /** Ensures room for this many differences and entries. */
  reserve(differences: number, entries: number): this {
    if (this.touched.length < differences) this.touched = new Int32Array(differences)
    if (this.cells.length >= entries) return this
    this.cells = new Int32Array(entries)
    this.sums = new Float64Array(entries)
    this.rows = new Int32Array(entries)
    this.times = new Int32Array(entries)
    return this
  }
}

/** The sums of one difference by one set of cells, in the given buffers. O(differing rows + distinct sizes). */
export function cellSums({ of, count }: ClusterCodes, { at, by, unknown }: SparseValues, buffers: SumBuffers): CellSums {
  const sizes = cellSizes({ of, count }, { unknown })
  const zeros = lastZeros(of, [], () => new Float64Array(count))
  const others = sizes.cells.slice()
  const { touched, cells, sums, rows, times } = buffers.reserve(at.length, Math.min(at.length, count) + others.length)
  let touchedCount = 0
  for (let i = 0; i < at.length; i++) {
    const cell = of[at[i]]
    const sum = zeros[cell]
    zeros[cell] = sum + by[i]
    // Written unconditionally and kept if the cell's sum was 0: its first difference, or the first after earlier ones cancelled.
    touched[touchedCount] = cell
    touchedCount += sum === 0 ? 1 : 0
  }
  let entry = 0
  // Each sum is reset to 0 for the next difference.
  for (let i = 0; i < touchedCount; i++) {
    const cell = touched[i]
    if (zeros[cell] === 0) continue
    const size = sizes.of[cell]
    cells[entry] = cell
    sums[entry] = zeros[cell]
    rows[entry] = sizes.rows[size]
    times[entry++] = 1
    others[size]--
    zeros[cell] = 0
  }
  const nonzeroEntries = entry
  for (let size = 0; size < others.length; size++) {
    if (others[size] === 0) continue
    sums[entry] = 0
    rows[entry] = sizes.rows[size]
    times[entry++] = others[size]
  }
  return {
    sizes,
    cells: cells.subarray(0, nonzeroEntries),
    sums: sums.subarray(0, entry),
    rows: rows.subarray(0, entry),
    times: times.subarray(0, entry),
  }
}

/** By the code array: 0 for each cell, except while a difference is summed. */
const lastZeros = lastResults<Int32Array, Float64Array>()

/** The number of known rows of each cell. */
export const cellSizes = (set: ClusterCodes, { unknown }: Pick<SparseValues, 'unknown'>): CellSizes =>
  lastSizes(set.of, [unknown], () => sizesOf(set, unknown))

/** By the code array. */
const lastSizes = lastResults<Int32Array, CellSizes>()

function sizesOf({ of, count }: ClusterCodes, unknown: Uint8Array): CellSizes {
  const counts = new Int32Array(count)
  for (let row = 0; row < of.length; row++) counts[of[row]] += 1 - unknown[row]
  let most = 0
  for (let cell = 0; cell < count; cell++) if (counts[cell] > most) most = counts[cell]
  const cellsWith = new Int32Array(most + 1)
  for (let cell = 0; cell < count; cell++) cellsWith[counts[cell]]++
  const rows = Int32Array.from(cellsWith.keys()).filter(n => cellsWith[n] > 0)
  const places = new Int32Array(most + 1)
  rows.forEach((n, place) => (places[n] = place))
  for (let cell = 0; cell < count; cell++) counts[cell] = places[counts[cell]]
  return { of: counts, rows, cells: Int32Array.from(rows, n => cellsWith[n]) }
}
