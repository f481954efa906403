/**
 * Lag as time: how long the oldest unread record has waited, and when a consumer will have caught up.
 *
 * The age follows from the order of positions alone. A record that stands behind position p arrived after the last time at which the end of
 * the place was at or before p. So the age is too long by at most one interval between samples, and never too short. Older than the
 * samples, it is extrapolated by the rate of arrivals where positions measure records or bytes, and is a lower bound elsewhere.
 */
import type { PlacePosition } from './lag-verdict.ts'

/** The end of a place at one time. */
export interface EndSample {
  /** UTC ms. */
  readonly time: number
  /** The position behind the last record. */
  readonly end: PlacePosition
}

/** The age of the oldest unread record. */
export interface LagTime {
  /** Milliseconds; 0 for a consumer that is caught up. */
  readonly ms: number
  /**
   * `measured`: too long by at most one interval. `extrapolated`: by the rate at which records arrived during the samples. `at-least`: the
   * record is older than the samples.
   */
  readonly basis: 'measured' | 'extrapolated' | 'at-least'
}

/**
 * The age of the oldest record behind `position`. `ends` is in order of time. Positions that are numbers are taken to be linear, in records
 * or bytes; a `bigint` has an order alone.
 *
 * @example
 * lagTime([{ time: 0, end: 10 }, { time: 1000, end: 20 }], 10, 3000) // { ms: 3000, basis: 'measured' }
 */
export function lagTime(ends: readonly EndSample[], position: PlacePosition, now: number): LagTime {
  const first = ends.at(0)
  const last = ends.at(-1)
  if (!first || !last || last.end <= position) return { ms: 0, basis: 'measured' }
  const reached = ends.findLast(({ end }) => end <= position)
  if (reached) return { ms: Math.max(0, now - reached.time), basis: 'measured' }
  const ms = Math.max(0, now - first.time)
  const rate = arrivalRate(first, last)
  if (rate === undefined || typeof position === 'bigint') return { ms, basis: 'at-least' }
  return { ms: ms + Math.round((Number(first.end) - position) / rate), basis: 'extrapolated' }
}

/** Growth of a linear place, its unit per ms; undefined if it did not grow. */
function arrivalRate(first: EndSample, last: EndSample): number | undefined {
  const grown = Number(last.end) - Number(first.end)
  return grown > 0 && last.time > first.time ? grown / (last.time - first.time) : undefined
}

/** A lag at one time: UTC ms, and the unit of the source. */
interface TimedLag {
  readonly time: number
  readonly lag: number | undefined
}

/**
 * Milliseconds until a consumer has caught up, if its lag goes on falling as from the first sample to the last. 0 if it is caught up;
 * undefined if the lag does not fall, so that it never would.
 *
 * @example
 * catchUpMs([{ time: 0, lag: 100 }, { time: 1000, lag: 80 }]) // 4000
 */
export function catchUpMs(samples: readonly TimedLag[]): number | undefined {
  const first = samples.find(({ lag }) => lag !== undefined)
  const last = samples.findLast(({ lag }) => lag !== undefined)
  if (first?.lag === undefined || last?.lag === undefined) return undefined
  if (last.lag === 0) return 0
  const rate = (first.lag - last.lag) / (last.time - first.time)
  return rate > 0 ? Math.round(last.lag / rate) : undefined
}
