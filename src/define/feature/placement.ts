/**
 * Placements: where a feature group is computed, and so which events are visible and at which as-of time (semantics, Decisions
 * and placements).
 */
import { type Duration, show, type StrictOmit } from '../../base/index.ts'
import type { PlacementIR, ScheduleIR } from '../ir/ir.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { checkZone } from '../source/t.ts'
import { Cron } from 'croner'

declare const placed: unique symbol

/** Placement of a feature group: `stream`, `batch(…)`, `hybrid(…)`, or one for the audit. */
export interface Placement {
  readonly [placed]: true
}

/** Advice for the option `place`. */
export type PlaceAdvice = 'place: stream, batch(…) or hybrid(…), imported from spillway and without quotes'

class PlacementValue {
  readonly ir: PlacementIR
  constructor(ir: PlacementIR) {
    this.ir = Object.freeze(ir)
    Object.freeze(this)
  }
}

/** Interval schedule: multiples of an interval from the epoch, UTC, plus a phase; made by `every('5m')`. */
export class IntervalSchedule {
  readonly ir: ScheduleIR
  constructor(ir: ScheduleIR) {
    this.ir = Object.freeze(ir)
  }
}

/**
 * Real-time features: the events visible at the decision, as of its time.
 *
 * @example
 * features('cardNow', { from: payments, entity: card, place: stream, values: () => ({ n10m: count('10m') }) })
 */
export const stream: Placement = place({ kind: 'stream' })

/**
 * Everything in the log today, as of the decision's time. For reports and reconciliation, never for live decisions.
 *
 * @example
 * features('cardCorrected', { from: payments, entity: card, place: corrected, values: () => ({ n10m: count('10m') }) })
 */
export const corrected: Placement = place({ kind: 'corrected' })

/**
 * For the audit: the values of `by` ago, as if the whole group were that much older.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a text that is no duration.
 * @example
 * features('cardLagged', { from: payments, entity: card, place: lag('1h'), values: () => ({ n1h: count('1h') }) })
 */
export const lag = (by: Duration | Hint<DurationAdvice<'lag'>>): Placement =>
  place({ kind: 'lag', by: durationOf('lag', by, { zero: true }) })

/**
 * For the audit: the events ingested until `by` ago, as of now, as if ingestion were that much slower.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a text that is no duration.
 * @example
 * features('cardPartial', { from: payments, entity: card, place: partial('5m'), values: () => ({ n1h: count('1h') }) })
 */
export const partial = (by: Duration | Hint<DurationAdvice<'partial'>>): Placement =>
  place({ kind: 'partial', by: durationOf('partial', by, { zero: true }) })

/**
 * For the audit: values of a job that runs at `schedule` and takes `lasts`.
 *
 * `schedule` is a cron of five fields (six with seconds) or `every('5m')`. A cron is in UTC unless `zone` names an IANA time
 * zone.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a cron that never runs, a zone that does not exist, or without `lasts`.
 * @example
 * features('cardNightly', {
 *   from: payments,
 *   entity: card,
 *   place: scheduled('0 2 * * *', { lasts: '2h', zone: 'Europe/Zurich' }),
 *   values: () => ({ n7d: count('7d') }),
 * })
 */
export function scheduled(
  schedule: string | IntervalSchedule,
  options: { readonly lasts: Duration | Hint<DurationAdvice<'lasts'>>; readonly zone?: string },
): Placement {
  checkOptions('scheduled', options, ['lasts', 'zone'])
  if (options.lasts === undefined) mistake("scheduled needs lasts, how long the job takes: { lasts: '2h' }")
  return place(jobOf('scheduled', schedule, options))
}

/**
 * Values of the last batch run: the events visible at its scheduled time, as of that time.
 *
 * `lasts` is the expected duration of a run, default 2 h: its values are in use that long after the scheduled time. Default
 * schedule: 02:00 UTC, the placement of a group without `place`. A cron is in UTC unless `zone` names an IANA time zone.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a cron that never runs or a zone that does not exist.
 * @example
 * features('cardHistory', { from: payments, entity: card, place: batch('0 2 * * *'), values: () => ({ n90d: count('90d') }) })
 */
export function batch(
  schedule: string | IntervalSchedule = NIGHTLY,
  options: { readonly lasts?: Duration | Hint<DurationAdvice<'lasts'>>; readonly zone?: string } = {},
): Placement {
  checkOptions('batch', options, ['lasts', 'zone'])
  return place(jobOf('batch', schedule, options))
}

/**
 * Values as of the decision's time, for long windows: batch runs compute a snapshot, the stream computes the delta after it.
 *
 * Default schedule: 02:00 UTC. The values are those of `stream`, unless they are marked `degraded`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a cron that never runs or a zone that does not exist.
 * @example
 * features('cardYear', { from: payments, entity: card, place: hybrid(every('6h')), values: () => ({ n365d: count('365d') }) })
 */
export function hybrid(schedule: string | IntervalSchedule = NIGHTLY, options: { readonly zone?: string } = {}): Placement {
  checkOptions('hybrid', options, ['zone'])
  return place({ kind: 'hybrid', schedule: scheduleOf('hybrid', schedule, options.zone) })
}

const NIGHTLY = '0 2 * * *'
const LASTS = '2h'

const jobOf = <K extends 'scheduled' | 'batch'>(
  kind: K,
  schedule: string | IntervalSchedule,
  { lasts = LASTS, zone }: { readonly lasts?: Duration | Hint<DurationAdvice<'lasts'>>; readonly zone?: string },
) => ({ kind, schedule: scheduleOf(kind, schedule, zone), lasts: durationOf(`${kind} lasts`, lasts, { zero: true }) })

/** Schedule of `every(…)` without an entity: multiples of the interval from the epoch, plus `phase`. */
export function intervalSchedule(every: Duration, options: object): IntervalSchedule {
  checkOptions('every', options, ['phase'])
  const ms = durationOf('every', every)
  const { phase = '0ms' } = options as { phase?: Duration }
  const phaseMs = durationOf('every phase', phase, { zero: true })
  if (phaseMs >= ms) mistake(`every: phase '${phase}' is not below the interval '${every}'`)
  return new IntervalSchedule({ kind: 'interval', every: ms, phase: phaseMs })
}

/** IR of a group's `place`; without one a nightly batch run. Throws `SPILL_DEFINITION`. */
export function placementOf(subject: string, value: unknown): PlacementIR {
  if (value === undefined) return jobOf('batch', NIGHTLY, {})
  if (value instanceof PlacementValue) return value.ir
  return mistake(`${subject}: place is ${show(value)}; write ${PLACEMENT_EXAMPLES}`)
}

const PLACEMENT_EXAMPLES = "stream, batch('0 2 * * *'), hybrid('0 2 * * *'), corrected, lag('5m'), partial('5m') or scheduled(…)"

function place(ir: PlacementIR): Placement {
  return new PlacementValue(ir) as unknown as Placement
}

/** IR of a cron, in UTC unless it has a zone, or of an interval. Throws `SPILL_DEFINITION`; `subject` begins the message. */
export function scheduleOf(subject: string, schedule: unknown, zone: string | undefined): ScheduleIR {
  if (schedule instanceof IntervalSchedule)
    return zone === undefined ? schedule.ir : mistake(`${subject}: an interval has no zone; leave it out or write a cron`)
  const checkedZone = zone === undefined ? 'UTC' : checkZone(subject, zone)
  if (typeof schedule !== 'string') mistake(`${subject} needs a cron such as '${NIGHTLY}' or every('5m'), got ${show(schedule)}`)
  if (isDated(schedule)) mistake(`${subject}: '${schedule}' is of one date or year and ends; write a recurring cron, such as '${NIGHTLY}'`)
  if (nextRun(subject, schedule) === null)
    mistake(`${subject}: the cron '${schedule}' never runs: there is no such day; write one such as '${NIGHTLY}'`)
  return { kind: 'cron', cron: schedule, zone: checkedZone }
}

/** True for a text that croner reads as one moment or as times of named years. */
function isDated(schedule: string): boolean {
  const fields = schedule.trim().split(/\s+/)
  return /^\d{4}-/.test(schedule.trim()) || (fields.length > 6 && fields[6] !== '*')
}

function nextRun(subject: string, cron: string): Date | null {
  try {
    return cronOf({ cron, zone: 'UTC' }).nextRun(new Date(0))
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '')
    return mistake(`${subject}: '${cron}' is no cron (${why}); write one such as '${NIGHTLY}'`)
  }
}

/**
 * The cron in its time zone. Throws for a text that is no cron.
 *
 * Where clocks change, Vixie's rules hold. A cron without a wildcard or step in minutes and hours (`30 2 * * *`, `0 2,14 * * *`)
 * names times of the day, each once a day. A time that clocks skip becomes the first moment after the gap; a time that clocks
 * repeat is the first of the two. Any other cron (`0/30 * * * *`) is an interval: it continues through the repeated hour and has
 * no time in a gap.
 */
export const cronOf = ({ cron, zone }: StrictOmit<Extract<ScheduleIR, { kind: 'cron' }>, 'kind'>): Cron =>
  new Cron(cron, { timezone: zone, paused: true, fixedTimeRule: 'no-wildcard' })
