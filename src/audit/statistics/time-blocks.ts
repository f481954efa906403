/** Blocks of time as clusters: decisions of one day share its weather, news and attacks. */
import { DAY_MS, HOUR_MS } from '../../base/index.ts'
import type { ClusterColumn, RowRange } from '../domain/cases.ts'

/**
 * The least number of blocks where the rows cover enough time, and the number above which days are merged: unequal blocks have a smaller
 * effective sample size.
 */
const BLOCKS_MIN = 50
const BLOCKS_TARGET = 64
/** Parts of a day that begin at equal hours each day, ms. */
const partsOfDay = [12, 8, 6, 4, 3, 2, 1].map(hours => hours * HOUR_MS)
/** Block lengths for long shocks, ms. */
const longDays = [1, 2, 4, 7, 14, 28].map(days => days * DAY_MS)

export interface TimeBlockBounds {
  /** The label's horizon, ms. */
  readonly horizon: number
  /** The longest finite window below a day, ms; 0 without one. */
  readonly window: number
}

/**
 * Blocks of one day; of several days in long histories, of parts of a day in short ones. A block is never shorter than the label's horizon
 * or the window, so neighbouring decisions mostly share a block with what they both saw. Where shocks last longer, `block-length.ts`
 * lengthens the blocks.
 */
export function timeBlocks(t: Float64Array, rows: RowRange, { horizon, window }: TimeBlockBounds): ClusterColumn {
  if (rows.to <= rows.from) return timeBlocksOfLength(t, rows, DAY_MS)
  return timeBlocksOfLength(t, rows, timeBlockLength(t[rows.to - 1] - t[rows.from], { horizon, window }))
}

/**
 * Blocks of one length, ms. Days begin at midnight UTC, and blocks of several days with the first row's day. Rows outside `rows` have code
 * 0.
 */
export function timeBlocksOfLength(t: Float64Array, rows: RowRange, length: number): ClusterColumn {
  const of = new Int32Array(t.length)
  if (rows.to <= rows.from) return { name: nameOf(length), of, count: 1, span: length }
  const first = t[rows.from]
  const begin = Math.floor(first / DAY_MS) * DAY_MS
  const offset = Math.floor((first - begin) / length)
  for (let row = rows.from; row < rows.to; row++) of[row] = Math.floor((t[row] - begin) / length) - offset
  return { name: nameOf(length), of, count: of[rows.to - 1] + 1, span: length }
}

/** The next longer block length, about twice as long, ms: parts of a day, days, weeks. */
export function nextBlockLength(length: number): number {
  return [...partsOfDay.toReversed(), ...longDays].find(longer => longer >= 1.5 * length) ?? 2 * length
}

/** The length of the blocks of rows within `span`, ms. */
export function timeBlockLength(span: number, { horizon, window }: TimeBlockBounds): number {
  const shortest = Math.max(horizon, window)
  const days = Math.max(1, Math.floor(span / DAY_MS / BLOCKS_TARGET), Math.ceil(shortest / DAY_MS))
  if (days > 1 || span / DAY_MS >= BLOCKS_MIN) return days * DAY_MS
  const allowed = [DAY_MS, ...partsOfDay].filter(part => part >= shortest)
  return allowed.find(part => span / part >= BLOCKS_MIN) ?? allowed.at(-1)!
}

function nameOf(length: number): string {
  if (length === DAY_MS) return 'day'
  return length > DAY_MS ? `${length / DAY_MS}-day block` : `${length / HOUR_MS}-hour block`
}
