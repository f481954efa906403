/**
 * Counts how often each value occurs, in an arena of (value, count) by slot, ascending by value, with every count above 0.
 *
 * Cost: a value is found by bisection; a new or removed value moves those after it. Bytes: 16 per value.
 */
import type { Arena } from './arena.ts'
import { firstEntryFrom, sortEntries } from './order.ts'
import { restoreError, type StateReader } from './state.ts'

export function addCount(counts: Arena, slot: number, value: number, times: number): void {
  const end = counts.end(slot)
  const at = firstEntryFrom(counts.data, 2, counts.from(slot), end, value)
  if (at < end && counts.data[2 * at] === value) {
    counts.data[2 * at + 1] = counts.data[2 * at + 1] + times
    return
  }
  const entry = 2 * counts.open(slot, end - at)
  counts.data[entry] = value
  counts.data[entry + 1] = times
}

/** Subtracts occurrences that were added. */
export function subtractCount(counts: Arena, slot: number, value: number, times: number): void {
  const at = firstEntryFrom(counts.data, 2, counts.from(slot), counts.end(slot), value)
  const left = counts.data[2 * at + 1] - times
  if (left > 0) counts.data[2 * at + 1] = left
  else counts.remove(slot, at, 1)
}

/** Writes the values of two slots, merged, to `into`: ascending, with their counts. Returns the number of values. */
export function mergeCounts(own: Arena, slot: number, other: Arena, otherSlot: number, into: Float64Array): number {
  const [data, otherData] = [own.data, other.data]
  const [end, otherEnd] = [own.end(slot), other.end(otherSlot)]
  let [a, b, length] = [own.from(slot), other.from(otherSlot), 0]
  while (a < end || b < otherEnd) {
    const ownValue = a < end ? data[2 * a] : Infinity
    const otherValue = b < otherEnd ? otherData[2 * b] : Infinity
    into[2 * length] = Math.min(ownValue, otherValue)
    into[2 * length + 1] = (ownValue <= otherValue ? data[2 * a++ + 1] : 0) + (otherValue <= ownValue ? otherData[2 * b++ + 1] : 0)
    length++
  }
  return length
}

/** Loads the counts of a slot. `ids` translates values that are string ids, which changes their order. */
export function loadCounts(counts: Arena, slot: number, from: StateReader, ids?: StateReader): void {
  counts.load(slot, from)
  const [first, end] = [counts.from(slot), counts.end(slot)]
  if (ids?.translates) {
    ids.translate(counts.data, 2, first, end, 0)
    sortEntries(counts.data, 2, first, end, 0)
  }
  for (let at = first + 1; at < end; at++)
    if (counts.data[2 * at - 2] === counts.data[2 * at]) throw restoreError('a value is counted twice')
}
