/**
 * Order in the lists of an arena: searches among entries sorted by time, and the order of events, (time, arrival, source position).
 *
 * Structures call them for each event and read, so they take arrays and offsets, and allocate nothing. Only `sortEntries` allocates, for
 * restored state.
 */
import type { StructureInput } from './structure.ts'

/**
 * The index at which an entry of `time` is inserted among the sorted entries [from, to) of an arena: after all that are not later. It
 * looks at the last four first, where most events belong, and bisects the rest.
 */
export function insertionPoint(data: Float64Array, width: number, from: number, to: number, time: number): number {
  let high = to
  for (let step = 0; step < 4; step++) {
    if (high === from || data[(high - 1) * width] <= time) return high
    high--
  }
  let low = from
  while (low < high) {
    const middle = (low + high) >>> 1
    if (data[middle * width] <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** The first of the sorted entries [from, to) of an arena whose time is at or after `start`, by bisection. */
export function firstEntryFrom(data: Float64Array, width: number, from: number, to: number, start: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (data[middle * width] < start) low = middle + 1
    else high = middle
  }
  return low
}

/** Sorts the entries [from, to) of an arena by the number at offset `by` of each. */
export function sortEntries(data: Float64Array, width: number, from: number, to: number, by: number): void {
  const entries = Array.from({ length: to - from }, (_, i) => data.slice((from + i) * width, (from + i + 1) * width))
  entries.sort((a, b) => a[by] - b[by]).forEach((entry, i) => data.set(entry, (from + i) * width))
}

/** An entry that is an event: its time, arrival, source position and value. */
export const EVENT_WIDTH = 4
/** Offset in such an entry of its value. */
export const EVENT_VALUE = 3

/** Writes an event to an entry at offset `at`. */
export function writeEvent(data: Float64Array, at: number, { time, arrival, sourcePosition, value }: StructureInput, event: number): void {
  data[at] = time[event]
  data[at + 1] = arrival[event]
  data[at + 2] = sourcePosition[event]
  data[at + EVENT_VALUE] = value[event]
}

/** Is an event after the one in the entry at offset `at`? */
export const isAfterEntry = ({ time, arrival, sourcePosition }: StructureInput, event: number, data: Float64Array, at: number): boolean =>
  isLaterEvent(time[event], arrival[event], sourcePosition[event], data[at], data[at + 1], data[at + 2])

/** Is the event in the entry at offset `a` after the one at `b`? */
export const isLaterEntry = (aData: Float64Array, a: number, bData: Float64Array, b: number): boolean =>
  isLaterEvent(aData[a], aData[a + 1], aData[a + 2], bData[b], bData[b + 1], bData[b + 2])

/** Is event a after event b by (time, arrival, partition, offset) (semantics, the value)? */
export function isLaterEvent(
  aTime: number,
  aArrival: number,
  aSourcePosition: number,
  bTime: number,
  bArrival: number,
  bSourcePosition: number,
): boolean {
  if (aTime !== bTime) return aTime > bTime
  if (aArrival !== bArrival) return aArrival > bArrival
  return aSourcePosition > bSourcePosition
}
