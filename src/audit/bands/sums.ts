/** Differences, row by row, as sums by cell. An alternative costs one pass over rows, and after that, by whatever cells it is summed, what differs of it alone: of most decisions that is nothing. */
import type { Codes } from './joined.ts'
import type { Sample } from './sample.ts'

/** A difference without the rows in which nothing differs. */
export interface Differing {
  /** Rows that count: those whose difference is known. */
  readonly rows: number
  /** Those that differ, ascending, and by how much. */
  readonly at: Int32Array
  readonly by: Float64Array
  /** Σd and Σd². */
  readonly sum: number
  readonly squares: number
  /** 1 where the difference is not known. One array for all differences of which the same rows are not. */
  readonly unknown: Uint8Array
}

/** Of a sample, what was not known of the difference looked at last: mostly the same rows. */
const lastUnknown = new WeakMap<Sample, Uint8Array>()

/** By sample: room for a difference of every row, which ladder after ladder takes. */
const rooms = new WeakMap<Sample, Room>()

export function differing(sample: Sample, differences: readonly Float64Array[]): Differing[] {
  const { length } = sample
  const room = rooms.get(sample) ?? { at: new Int32Array(length), by: new Float64Array(length) }
  rooms.set(sample, room)
  let unknown = lastUnknown.get(sample) ?? new Uint8Array(length)
  const found = differences.map(difference => {
    const one = differingIn(difference, unknown, room)
    unknown = one.unknown
    return one
  })
  lastUnknown.set(sample, unknown)
  return found
}

/** For a difference of every row. */
type Room = Pick<Differing, 'at' | 'by'>

function differingIn(difference: Float64Array, like: Uint8Array, { at, by }: Room): Differing {
  let unknown = like
  let [missed, count, sum, squares] = [0, 0, 0, 0]
  for (let row = 0; row < at.length; row++) {
    const d = difference[row]
    // Of most rows: the rest is not asked of them.
    if (d === 0 && unknown[row] === 0) continue
    const missing = Number.isNaN(d) ? 1 : 0
    if (missing !== unknown[row]) {
      if (unknown === like) unknown = like.slice()
      unknown[row] = missing
    }
    missed += missing
    if (missing === 1 || d === 0) continue
    at[count] = row
    by[count++] = d
    sum += d
    squares += d * d
  }
  return { rows: at.length - missed, at: at.slice(0, count), by: by.slice(0, count), sum, squares, unknown }
}

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
  cells = new Int32Array(0)
  sums = new Float64Array(0)
  rows = new Int32Array(0)
  times = new Int32Array(0)

  /** For so many entries. */
  take(entries: number): this {
    if (this.cells.length >= entries) return this
    this.cells = new Int32Array(entries)
    this.sums = new Float64Array(entries)
    this.rows = new Int32Array(entries)
    this.times = new Int32Array(entries)
    return this
  }
}

export function sumsOf({ of, count }: Codes, { at, by, unknown }: Differing, room: SumsRoom): CellSums {
  const { sizes, zeros } = countingOf({ of, count }, unknown)
  for (let i = 0; i < at.length; i++) zeros[of[at[i]]] += by[i]
  const left = sizes.cells.slice()
  const { cells, sums, rows, times } = room.take(Math.min(at.length, count) + left.length)
  let entry = 0
  // What is found is taken: nothing is left for the next difference.
  for (let i = 0; i < at.length; i++) {
    const cell = of[at[i]]
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
