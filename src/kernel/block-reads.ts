import { type Block, type ColumnData, sliceNumbers } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'

/**
 * Reads of a group, in order, among the events of a block. Read i sees the events before `upto[i]` of the block, at as-of time
 * `clock[i]`. `upto` does not decrease; `clock` does not decrease for a key.
 */
export interface BlockReads {
  readonly length: number
  /** One column per key column of the group. An unknown key, or one with a NULL, reads as a key without events. */
  readonly keys: readonly ColumnData[]
  /** Number of events of the block that are visible to each read. */
  readonly upto: Int32Array
  /** `upto` for features with `before`: one less where the triggering event belongs to the group. */
  readonly uptoBefore?: Int32Array
  /** UTC ms. */
  readonly clock: Float64Array
}

/** Returns `first`, `first` + 1, …: `length` numbers. */
export function consecutiveNumbers(first: number, length: number): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = first + i
  return numbers
}

/**
 * The first read in [from, to) that sees more than `events` events. It does not share code with `firstEntryFrom`: a search that sees two
 * kinds of array is slower, and every read uses that one.
 */
export function firstReadBeyond(upto: Int32Array, from: number, to: number, events: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (upto[middle] > events) high = middle
    else low = middle + 1
  }
  return low
}

/** Converts `upto` of reads [from, to) to numbers of events of the slice that starts at `offset`. */
export function visibleInSlice(upto: Int32Array, from: number, to: number, offset: number): Int32Array {
  if (offset === 0) return sliceNumbers(upto, from, to)
  const ends = upto.slice(from, to)
  for (let i = 0; i < ends.length; i++) ends[i] = ends[i] - offset
  return ends
}

export const noSlots = new Int32Array(0)
export const noTimes = new Float64Array(0)

/** The columns of a block without events. */
export const emptyColumns = ({ columns }: SourceIR): Block['columns'] =>
  Object.fromEntries(columns.map(({ name, type }) => [name, { values: type === 'string' ? noSlots : noTimes }]))
