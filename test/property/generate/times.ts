import { limits } from '../../../src/base/limits.ts'
import type { FeatureIR } from '../../../src/define/ir/ir.ts'
import type { Axes } from './axes.ts'
import type { Draw } from './draw.ts'
import { DAY, tailOf } from './windows.ts'

type Windowed = Pick<FeatureIR, 'window' | 'hop'>

/** Start of a history: across the epoch, near a change of summer time, before the epoch, or at the end of representable time. */
export function drawStart(draw: Draw, axes: Axes, scale: number): number {
  return draw.weighted([
    [3, () => draw.between(1_700_000_000_000, 1_760_000_000_000)],
    [1, () => Date.parse('2024-03-31T00:59:00Z') - draw.between(0, 3 * scale)],
    [1, () => Date.parse('2024-10-27T00:59:00Z') - draw.between(0, 3 * scale)],
    [2, () => -draw.between(0, 5 * scale)],
    [1, () => -draw.between(0, 6e12)],
    [axes.extremes ? 1 : 0, () => -limits.TIME_MS_MAX],
  ])()
}

/**
 * As-of and event times at which something changes: for an event time, the last as-of time whose window has it and the next; for an as-of
 * time, the window's first instant and the one before; the same for tiles and midnight. Callers filter those that they cannot use.
 */
export function edgesAfter(draw: Draw, time: number, features: readonly Windowed[]): number {
  const { window, hop } = draw.pick(features)
  if (window === 'lifetime') return time + draw.between(0, 1)
  const jitter = draw.pick([-1, 0, 0, 0, 1])
  return draw.weighted([
    [3, () => time + window + jitter],
    // The tail leaves a tile only when t − W crosses into the next.
    [3, () => (Math.floor(time / hop) + 1) * hop + window + draw.pick([-1, 0])],
    [1, () => nextMidnight(time) + jitter],
    [1, () => time + 1],
  ])()
}

export function edgesBefore(draw: Draw, clock: number, features: readonly Windowed[]): number {
  const { window, hop } = draw.pick(features)
  const jitter = draw.pick([-1, 0, 0, 0, 1])
  if (window === 'lifetime') return clock - draw.between(0, 1)
  return draw.weighted([
    [3, () => clock - window + jitter],
    [3, () => tailOf(clock, window, hop) + draw.pick([-1, 0])],
    [1, () => Math.floor(clock / hop) * hop + draw.pick([-1, 0, hop - 1])],
    [1, () => nextMidnight(clock) - DAY + jitter],
  ])()
}

export const nextMidnight = (time: number): number => (Math.floor(time / DAY) + 1) * DAY

/** The arrival after `now`: the same, a step of the history's own pace, an edge of an event before, or a long silence. */
export function nextArrival(
  draw: Draw,
  axes: Axes,
  now: number,
  pace: number,
  earlier: readonly number[],
  features: readonly Windowed[],
): number {
  const longest = Math.max(0, ...features.map(({ window }) => (window === 'lifetime' ? 0 : window)))
  const edge = () => {
    const at = earlier.length === 0 ? now : edgesAfter(draw, draw.pick(earlier.slice(-12)), features)
    return at > now && at < now + 20 * pace + 2 ? at : now + draw.between(0, pace)
  }
  return draw.weighted([
    [axes.standing ? 6 : 0, () => now],
    [1, () => now + 1],
    [6, () => now + draw.between(0, pace)],
    [2, () => now + draw.magnitude(pace)],
    [axes.edges ? 3 : 0, edge],
    [axes.gaps ? 0.15 : 0, () => now + longest + draw.between(0, 2 * pace)],
    [axes.gaps ? 0.05 : 0, () => now + draw.between(DAY, 400 * DAY)],
  ])()
}

/** The event time for an `arrival`; never above it, and within representable time. */
export function eventTime(
  draw: Draw,
  axes: Axes,
  arrival: number,
  scale: number,
  earlier: readonly number[],
  features: readonly Windowed[],
): number {
  const time = draw.weighted([
    [5, () => arrival],
    [axes.late ? 2 : 0, () => arrival - draw.magnitude(scale)],
    [axes.late ? 2 : 0, () => arrival - draw.between(0, scale)],
    [axes.hugeLate ? 0.5 : 0, () => arrival - draw.between(0, 2 * 365 * DAY)],
    [axes.equalTimes && earlier.length > 0 ? 3 : 0, () => draw.pick(earlier.slice(-6))],
    [axes.edges ? 2 : 0, () => edgesBefore(draw, arrival, features)],
    [axes.edges && earlier.length > 0 ? 1 : 0, () => edgesAfter(draw, draw.pick(earlier.slice(-12)), features)],
  ])()
  return Math.max(-limits.TIME_MS_MAX, time > arrival ? arrival : time)
}
