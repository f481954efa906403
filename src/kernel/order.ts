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

/** Is event a after event b in the order of semantics §3, (time, arrival, partition, offset)? */
export function isAfter(aTime: number, aArrival: number, aPosition: number, bTime: number, bArrival: number, bPosition: number): boolean {
  if (aTime !== bTime) return aTime > bTime
  if (aArrival !== bArrival) return aArrival > bArrival
  return aPosition > bPosition
}
