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

/** Is the event at offset `a` after the one at `b`? Each is its time, arrival and source position, adjacent. */
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
