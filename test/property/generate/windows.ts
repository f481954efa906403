import { windowClasses, type WindowClass } from '../cover.ts'
import type { Axes } from './axes.ts'
import type { Draw } from './draw.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The tile widths from which the semantics choose (the value). */
const defaultHops = [SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, DAY]

const usual: Record<WindowClass, readonly number[]> = {
  seconds: [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND],
  minutes: [MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  hours: [HOUR, 6 * HOUR, 12 * HOUR],
  days: [DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY],
  long: [60 * DAY, 90 * DAY, 365 * DAY],
  lifetime: [],
}

export function drawWindow(draw: Draw, name: WindowClass): number | 'lifetime' {
  if (name === 'lifetime') return 'lifetime'
  const [shortest, longest] = windowClasses[name]
  return draw.chance(0.7) ? draw.pick(usual[name]) : draw.between(shortest, longest)
}

/** The default hop, the exact window, or any width up to the window; only powers of ten and round units are usual in practice. */
export function drawHop(draw: Draw, axes: Axes, window: number | 'lifetime'): number {
  if (window === 'lifetime') return 1
  const standard = defaultHops.findLast(hop => hop <= window / 60) ?? 1
  const odd = () => draw.pick([window, Math.ceil(window / 2), Math.ceil(window / 7), draw.magnitude(window), draw.between(1, window)])
  return draw.weighted([
    [3, () => standard],
    [3, () => 1],
    [axes.oddHops ? 4 : 0, odd],
  ])()
}

/** The first instant of the window: `floor((t − W) / hop) · hop`. */
export function tailOf(t: number, window: number, hop: number): number {
  return Math.floor((t - window) / hop) * hop
}
