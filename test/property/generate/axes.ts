import type { Draw } from './draw.ts'

/**
 * Features of a random case. Each case switches on a random subset ("swarm testing"), so that some cases go deep into a combination that a
 * uniform mixture would hardly ever make.
 */
const odds = {
  /** Event times before their arrival, by up to a window. */
  late: 0.7,
  /** Late by up to two years. */
  hugeLate: 0.3,
  /** Several events at one arrival. */
  standing: 0.5,
  /** Several events of one key at one time. */
  equalTimes: 0.5,
  /** Times at window ends, tile ends and midnight. */
  edges: 0.8,
  /** Silences longer than a window. */
  gaps: 0.3,
  nulls: 0.5,
  /** Magnitudes up to 2^53 − 1, and doubles up to 1e70 beside 1e-70. */
  extremes: 0.3,
  /** Keys and strings whose order by UTF-8 bytes is unusual. */
  unicode: 0.4,
  arithmetic: 0.5,
  where: 0.5,
  oddHops: 0.4,
  before: 0.3,
  /** Features beside others over the same events, through other windows. */
  companions: 0.6,
  partitions: 0.5,
  /** The processing order of several partitions by a worker: arrival falls along it. */
  fallingArrival: 0.15,
  secondSource: 0.25,
  secondGroup: 0.25,
  /** The group is keyed by another field than its source. */
  otherKey: 0.35,
  compositeKey: 0.25,
  revisions: 0.12,
  /** Sources are tables: some of their events delete the row of their key. */
  tables: 0.15,
} as const

export type Axis = keyof typeof odds
export type Axes = Readonly<Record<Axis, boolean>>

export function swarm(draw: Draw): Axes {
  const axes = Object.fromEntries(Object.entries(odds).map(([axis, odd]) => [axis, draw.chance(odd)])) as Record<Axis, boolean>
  if (!axes.partitions) axes.fallingArrival = false
  if (axes.revisions) axes.tables = false
  return axes
}
