/** Windows, hops and other durations in milliseconds (semantics, The value). */
import { limits, show } from '../../base/index.ts'
import type { Window } from './aggregating.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const defaultHops = [day, 6 * hour, hour, 30 * minute, 10 * minute, 5 * minute, minute, 30 * second, 10 * second, 5 * second, second]

/**
 * Default hop of a window of `window` ms, in ms.
 *
 * It is the largest of 1 s, 5 s, 10 s, 30 s, 1 m, 5 m, 10 m, 30 m, 1 h, 6 h and 1 d that is at most a sixtieth of the window.
 * Below a minute it is 1 ms, the exact window.
 *
 * @example
 * defaultHop(3_600_000) // 60_000: a window of 1 h moves by minutes
 */
export function defaultHop(window: number): number {
  return defaultHops.find(hop => hop <= window / 60) ?? 1
}

/** Length of a window in ms. Throws `SPILL_DEFINITION` for no duration and for more than separates any two times. */
export function windowOf(subject: string, window: Window): number | 'lifetime' {
  if (window === 'lifetime') return window
  const ms = durationOf(`${subject} window`, window)
  if (ms > limits.TIME_MS_MAX) mistake(`${subject} window ${show(window)} is longer than 278 years; write 'lifetime'`)
  return ms
}

/** Milliseconds of a duration that is no window. Throws as `windowOf` does. */
export function boundedDurationOf(subject: string, duration: unknown, options?: { zero?: boolean }): number {
  const ms = durationOf(subject, duration, options)
  return ms <= limits.TIME_MS_MAX ? ms : mistake(`${subject}: '${String(duration)}' is longer than 278 years`)
}
