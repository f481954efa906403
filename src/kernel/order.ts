/**
 * Where an entry of `time` belongs in sorted `times[from, to)`: behind all that are not later. Looks from the end, where
 * most events belong, and halves the rest.
 */
export function insertionPoint(times: Float64Array, from: number, to: number, time: number): number {
  let high = to
  for (let step = 0; step < 4; step++) {
    if (high === from || times[high - 1]! <= time) return high
    high--
  }
  let low = from
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** The first index in sorted `times[from, to)` whose time is at or after `start`. */
export function firstFrom(times: Float64Array, from: number, to: number, start: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < start) low = middle + 1
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
