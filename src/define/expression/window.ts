/** Windows, hops and other spans: how far back a feature looks, and by how much its tail moves (semantics §3). */
import { limits } from '../../base/limits.ts'
import type { Window } from './aggregating.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const ladder = [day, 6 * hour, hour, 30 * minute, 10 * minute, 5 * minute, minute, 30 * second, 10 * second, 5 * second, second]

/**
 * The hop of a window of `window` milliseconds unless one is given, in milliseconds: the largest of 1 s, 5 s, 10 s, 30 s, 1 m, 5 m, 10 m, 30 m,
 * 1 h, 6 h, 1 d that is at most a sixtieth of the window; 1 (the exact window) below a minute.
 */
export function defaultHop(window: number): number {
  return ladder.find(hop => hop <= window / 60) ?? 1
}

/** Milliseconds of a window, at most what separates any two times. */
export function windowOf(what: string, window: Window): number | 'lifetime' {
  if (window === 'lifetime') return window
  const ms = durationOf(`${what} window`, window)
  if (ms > limits.TIME_MS_MAX) mistake(`${what} window '${window}' is longer than time itself; write 'lifetime'`)
  return ms
}

/** Milliseconds of a duration that is no window, at most what separates any two times. */
export function spanOf(what: string, given: unknown, options?: { zero?: boolean }): number {
  const ms = durationOf(what, given, options)
  return ms <= limits.TIME_MS_MAX ? ms : mistake(`${what}: '${String(given)}' is longer than time itself`)
}
