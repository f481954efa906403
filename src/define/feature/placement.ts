/** Placement words: how old what a feature group knows may be, and what time it is there (semantics §4). */
import type { Duration } from '../../base/time.ts'
import { show } from '../../base/show.ts'
import { cronOf } from './cron.ts'
import type { PlacementIR, ScheduleIR } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { checkZone } from '../source/t.ts'

declare const placed: unique symbol

export interface Placement {
  readonly [placed]: true
}

class Place {
  readonly ir: PlacementIR
  constructor(ir: PlacementIR) {
    this.ir = Object.freeze(ir)
    Object.freeze(this)
  }
}

/** A schedule in whole intervals from the epoch, UTC. */
export class Interval {
  readonly ir: ScheduleIR
  constructor(ir: ScheduleIR) {
    this.ir = Object.freeze(ir)
  }
}

/** A schedule in whole intervals from the epoch, UTC. */
export type Every = Interval

/** What is known at the decision, at its time: real-time features. */
export const stream: Placement = place({ kind: 'stream' })

/** Everything in the log today, at the decision's time: reports and reconciliation, never live decisions. */
export const corrected: Placement = place({ kind: 'corrected' })

/** What was known `by` ago, at the clock of then: what if this were older? */
export const lag = (by: Duration): Placement => place({ kind: 'lag', by: durationOf('lag', by, { zero: true }) })

/** What had arrived `by` ago, at the clock of now: what if ingestion were slower? */
export const partial = (by: Duration): Placement => place({ kind: 'partial', by: durationOf('partial', by, { zero: true }) })

/**
 * As a job would give it that runs at `schedule` and takes `lasts`. Cron (five fields, or six with seconds) is UTC unless `zone` says otherwise.
 */
export function scheduled(schedule: string | Every, options: { readonly lasts: Duration; readonly zone?: string }): Placement {
  checkOptions('scheduled', options, ['lasts', 'zone'])
  if (options.lasts === undefined) mistake("scheduled needs lasts, how long the job takes: { lasts: '2h' }")
  return place(jobOf('scheduled', schedule, options))
}

/**
 * As the last batch run gave it: what was known at the time it was scheduled for, as of then. `lasts` is how long after that time its values are there, two
 * hours unless given; it is the placement of a group that has none, at 02:00.
 */
export function batch(schedule: string | Every = NIGHTLY, options: { readonly lasts?: Duration; readonly zone?: string } = {}): Placement {
  checkOptions('batch', options, ['lasts', 'zone'])
  return place(jobOf('batch', schedule, options))
}

/** What is known at the decision, at its time, with batch runs at `schedule` for the body of long windows and the stream for the head. */
export function hybrid(schedule: string | Every = NIGHTLY, options: { readonly zone?: string } = {}): Placement {
  checkOptions('hybrid', options, ['zone'])
  return place({ kind: 'hybrid', schedule: scheduleOf('hybrid', schedule, options.zone) })
}

const NIGHTLY = '0 2 * * *'
const LASTS = '2h'

const jobOf = <K extends 'scheduled' | 'batch'>(
  kind: K,
  schedule: string | Every,
  { lasts = LASTS, zone }: { readonly lasts?: Duration; readonly zone?: string },
) => ({ kind, schedule: scheduleOf(kind, schedule, zone), lasts: durationOf(`${kind} lasts`, lasts, { zero: true }) })

/** The schedule that `every(…)` without an entity is: multiples of the interval from the epoch, plus `phase`. */
export function interval(every: Duration, options: object): Every {
  checkOptions('every', options, ['phase'])
  const ms = durationOf('every', every)
  const { phase = '0ms' } = options as { phase?: Duration }
  const phaseMs = durationOf('every phase', phase, { zero: true })
  if (phaseMs >= ms) mistake(`every: phase '${phase}' is not below the interval '${every}'`)
  return new Interval({ kind: 'interval', every: ms, phase: phaseMs })
}

/** The IR of a group's `place`, or the mistake in it. Without one, nightly batch: start there, and stream what pays. */
export function placementOf(what: string, value: unknown): PlacementIR {
  if (value === undefined) return jobOf('batch', NIGHTLY, {})
  if (value instanceof Place) return value.ir
  return mistake(`${what}: place is ${show(value)}; write ${WORDS}`)
}

const WORDS = "stream, batch('0 2 * * *'), hybrid('0 2 * * *'), corrected, lag('5m'), partial('5m') or scheduled(…)"

function place(ir: PlacementIR): Placement {
  return new Place(ir) as unknown as Placement
}

/** A cron, in UTC unless it has a zone, or an interval; `what` names it in messages. */
export function scheduleOf(what: string, schedule: unknown, zone: string | undefined): ScheduleIR {
  if (schedule instanceof Interval)
    return zone === undefined ? schedule.ir : mistake(`${what}: an interval has no zone; leave it out or write a cron`)
  const checkedZone = zone === undefined ? 'UTC' : checkZone(what, zone)
  if (typeof schedule !== 'string') mistake(`${what} needs a cron such as '${NIGHTLY}' or every('5m'), got ${show(schedule)}`)
  if (isDated(schedule))
    mistake(`${what}: '${schedule}' is of one date or year, and over once that is past; write a cron that goes on, such as '${NIGHTLY}'`)
  if (nextRun(what, schedule) === null)
    mistake(`${what}: the cron '${schedule}' never runs: there is no such day; write one such as '${NIGHTLY}'`)
  return { kind: 'cron', cron: schedule, zone: checkedZone }
}

/** Does croner take it as a moment, or as times of named years? */
function isDated(schedule: string): boolean {
  const fields = schedule.trim().split(/\s+/)
  return /^\d{4}-/.test(schedule.trim()) || (fields.length > 6 && fields[6] !== '*')
}

function nextRun(what: string, cron: string): Date | null {
  try {
    return cronOf({ cron, zone: 'UTC' }).nextRun(new Date(0))
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '')
    return mistake(`${what}: '${cron}' is no cron (${why}); write one such as '${NIGHTLY}'`)
  }
}
