/** Differences, row by row, as sums by cell. An alternative costs one pass over rows, and after that, by whatever cells it is summed, what differs of it alone: of most decisions that is nothing. */
import { sparseOf, type Sparse } from '../value/sparse.ts'
import type { Codes } from './joint-interval.ts'
import type { Sample } from './sample.ts'

/** By sample, what was not known of the difference looked at last: mostly the same rows. */
const lastUnknown = new WeakMap<Sample, Uint8Array>()

/** Of differences row by row, NaN where one is not known. */
export const differing = (sample: Sample, differences: readonly Float64Array[]): Sparse[] =>
  differences.map(difference => {
    const found = sparseOf(difference, lastUnknown.get(sample))
    lastUnknown.set(sample, found.unknown)
    return found
  })

/** One difference by one set of cells, good until the next is summed in the same room, in entries: first each cell whose differences do not add up to 0, then all others, those with as many rows as one. */
export interface CellSums {
  readonly sizes: CellSizes
  /** Of the first entries the cells. */
  readonly cells: Int32Array
  /** By entry: Σd, the rows that count, and for how many cells it stands. */
  readonly sums: Float64Array
  readonly rows: Int32Array
  readonly times: Int32Array
}

/** How many rows count in each cell. Few numbers occur, so the cells of each are counted. */
export interface CellSizes {
  /** By cell: the place of its number of rows in `rows`. */
  readonly of: Int32Array
  readonly rows: Int32Array
  /** By place: how many cells have so many rows. */
  readonly cells: Int32Array
}

/** Where sums are written, over those before: of one difference by seven sets there are several times as many as rows that differ. */
export class SumsRoom {
  /** Of differences, one after the other, the cells that are met. */
  met = new Int32Array(0)
  cells = new Int32Array(0)
  sums = new Float64Array(0)
  rows = new Int32Array(0)
  times = new Int32Array(0)

  /** For so many differences and entries. */
  take(differences: number, entries: number): this {
    if (this.met.length < differences) this.met = new Int32Array(differences)
    if (this.cells.length >= entries) return this
    this.cells = new Int32Array(entries)
    this.sums = new Float64Array(entries)
    this.rows = new Int32Array(entries)
    this.times = new Int32Array(entries)
    return this
  }
}

export function sumsOf({ of, count }: Codes, { at, by, unknown }: Sparse, room: SumsRoom): CellSums {
  const { sizes, zeros } = countingOf({ of, count }, unknown)
  const left = sizes.cells.slice()
  const { met, cells, sums, rows, times } = room.take(at.length, Math.min(at.length, count) + left.length)
  let cellsMet = 0
  for (let i = 0; i < at.length; i++) {
    const cell = of[at[i]]
    const sum = zeros[cell]
    zeros[cell] = sum + by[i]
    // Written in any case, and kept if it is the first of its cell, or one after those before it have added up to 0.
    met[cellsMet] = cell
    cellsMet += sum === 0 ? 1 : 0
  }
  let entry = 0
  // What is found is taken: nothing is left for the next difference.
  for (let i = 0; i < cellsMet; i++) {
    const cell = met[i]
    if (zeros[cell] === 0) continue
    const size = sizes.of[cell]
    cells[entry] = cell
    sums[entry] = zeros[cell]
    rows[entry] = sizes.rows[size]
    times[entry++] = 1
    left[size]--
    zeros[cell] = 0
  }
  const alone = entry
  for (let size = 0; size < left.length; size++) {
    if (left[size] === 0) continue
    sums[entry] = 0
    rows[entry] = sizes.rows[size]
    times[entry++] = left[size]
  }
  return {
    sizes,
    cells: cells.subarray(0, alone),
    sums: sums.subarray(0, entry),
    rows: rows.subarray(0, entry),
    times: times.subarray(0, entry),
  }
}

/** How many of the rows that count each cell has. */
export const sizesBy = (set: Codes, { unknown }: Pick<Sparse, 'unknown'>): CellSizes => countingOf(set, unknown).sizes

interface Counting {
  readonly unknown: Uint8Array
  readonly sizes: CellSizes
  /** A 0 for each cell, except while one difference is summed. */
  readonly zeros: Float64Array
}

/** By the codes of rows. */
const countings = new WeakMap<Int32Array, Counting>()

function countingOf(set: Codes, unknown: Uint8Array): Counting {
  const known = countings.get(set.of)
  if (known?.unknown === unknown) return known
  const made = { unknown, sizes: sizesOf(set, unknown), zeros: known?.zeros ?? new Float64Array(set.count) }
  countings.set(set.of, made)
  return made
}

function sizesOf({ of, count }: Codes, unknown: Uint8Array): CellSizes {
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
