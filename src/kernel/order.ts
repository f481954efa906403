/**
 * Where an entry of `time` belongs among the sorted entries [from, to) of an arena: behind all that are not later. Looks
 * from the end, where most events belong, and halves the rest.
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

/** The first of the sorted entries [from, to) of an arena whose time is at or after `start`. */
export function firstFrom(data: Float64Array, width: number, from: number, to: number, start: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (data[middle * width] < start) low = middle + 1
    else high = middle
  }
  return low
}

/** Puts the entries [from, to) of an arena in order of the number that stands at `by` in each. */
export function sortEntries(data: Float64Array, width: number, from: number, to: number, by: number): void {
  const entries = Array.from({ length: to - from }, (_, i) => data.slice((from + i) * width, (from + i + 1) * width))
  entries.sort((a, b) => a[by] - b[by]).forEach((entry, i) => data.set(entry, (from + i) * width))
}

/** Is the event at `a` after the one at `b`, each being its time, arrival and position one behind the other? */
export const isEntryAfter = (aData: Float64Array, a: number, bData: Float64Array, b: number): boolean =>
  isAfter(aData[a], aData[a + 1], aData[a + 2], bData[b], bData[b + 1], bData[b + 2])

/** Is event a after event b in the order of semantics §3, (time, arrival, partition, offset)? */
export function isAfter(aTime: number, aArrival: number, aPosition: number, bTime: number, bArrival: number, bPosition: number): boolean {
  if (aTime !== bTime) return aTime > bTime
  if (aArrival !== bArrival) return aArrival > bArrival
  return aPosition > bPosition
}
