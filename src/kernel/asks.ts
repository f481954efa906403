import type { Column } from '../columns/block.ts'
import { numbersSlice } from '../columns/slice.ts'

/**
 * Reads of a group in the order in which they happen: read i sees the events that came before `upto[i]` of the block,
 * at clock `clock[i]`. `upto` does not decrease, and `clock` does not for a key.
 */
export interface Asks {
  readonly length: number
  /** A column for each key column of the group; a key unknown or with a NULL reads as no events. */
  readonly keys: readonly Column[]
  /** Events of the block that are known at each read. */
  readonly upto: Int32Array
  /** The same for features with `before`: `upto`, less the triggering event where it is one of the group's. */
  readonly uptoBefore?: Int32Array
  /** UTC ms. */
  readonly clock: Float64Array
}

/** `first`, `first` + 1, … */
export function countingFrom(first: number, length: number): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = first + i
  return numbers
}

/**
 * The first of the asks [from, to), in order, that knows more than `events` events. Not `firstFrom`, which would see two kinds of array and
 * be slower for the lists that every read halves.
 */
export function rowAbove(upto: Int32Array, from: number, to: number, events: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (upto[middle] > events) high = middle
    else low = middle + 1
  }
  return low
}

/** What asks [from, to) know of a block, as numbers of events of its slice that starts at `offset`. */
export function inSlice(upto: Int32Array, from: number, to: number, offset: number): Int32Array {
  if (offset === 0) return numbersSlice(upto, from, to)
  const ends = upto.slice(from, to)
  for (let i = 0; i < ends.length; i++) ends[i] = ends[i] - offset
  return ends
}
