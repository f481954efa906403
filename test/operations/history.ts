/** The plan of a history: which faults begin when, and when the process is deployed anew. */
import { Draw } from '../property/generate/draw.ts'
import { type FaultKind, faultKinds, type FaultName } from './faults.ts'
import { DAY, HOUR, MINUTE, STEP } from './world.ts'

export interface PlannedFault {
  readonly name: FaultName
  /** Milliseconds since the start of the history. */
  readonly from: number
}

export interface HistoryPlan {
  readonly seed: number
  readonly days: number
  readonly faults: readonly PlannedFault[]
  /** Restarts of the process, ms since the start. */
  readonly deployments: readonly number[]
}

/** The first days have no fault: the run learns what is usual. */
const QUIET_DAYS = 2

/** A history without faults, deployed once a week. */
export const cleanHistory = (seed: number, days: number): HistoryPlan => ({
  seed,
  days,
  faults: [],
  deployments: deployments(new Draw(seed), days),
})

/** A history with each kind of fault at least once, if it has the days: at most one a day, at a time by chance. */
export function troubledHistory(seed: number, days: number): HistoryPlan {
  const draw = new Draw(seed)
  const names = Object.keys(faultKinds) as FaultName[]
  const free = draw.shuffled(Array.from({ length: days - QUIET_DAYS - 1 }, (_, day) => QUIET_DAYS + day))
  // A model drifts from what it was trained on, so not before the first week's training and the days that a check looks at.
  const driftDay = free.find(day => day >= 8 && day <= days - 6)
  const others = names.filter(name => name !== 'drift')
  const planned =
    others.length > free.length
      ? draw.shuffled(others)
      : [...others, ...Array.from({ length: Math.floor(days / 7) - 1 }, () => draw.pick(others))]
  const rest = free.filter(day => day !== driftDay)
  const faults = planned.slice(0, rest.length).map((name, i): PlannedFault => ({ name, from: rest[i] * DAY + timeOfDay(draw, name) }))
  if (driftDay !== undefined) faults.push({ name: 'drift', from: driftDay * DAY + 6 * HOUR })
  return { seed, days, faults: faults.toSorted((a, b) => a.from - b.from), deployments: deployments(draw, days) }
}

function timeOfDay(draw: Draw, name: FaultName): number {
  const { begins }: FaultKind = faultKinds[name]
  return begins === undefined ? step(draw.between(0, 22 * HOUR)) : step(begins)
}

/** Once a week, at any time: also while a fault lasts. */
const deployments = (draw: Draw, days: number): number[] =>
  Array.from({ length: Math.floor(days / 7) }, (_, week) => step(week * 7 * DAY + draw.between(HOUR, 7 * DAY - 30 * MINUTE)))

const step = (ms: number): number => ms - (ms % STEP)
