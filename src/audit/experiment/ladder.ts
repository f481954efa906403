/**
 * Ladders: how old each element is made, from how it runs now up.
 *
 * Two rungs answer the literal questions, where they can be asked: what if latency here fell by 90 %, and what if it rose to the next schedule? The ages between are round ones, that begin where
 * the shortest window of what is read begins to notice, and end at a day or at half of what is judged.
 */
import { groupReads } from '../../decision/reads.ts'
import type { PlacementIR, ScheduleIR } from '../../define/ir/ir.ts'
import { limits } from '../../base/limits.ts'
import { exactSpanTitle } from '../../base/span.ts'
import type { Element, Setting } from '../domain/element.ts'
import { everyTitle } from '../domain/setting-text.ts'
import { ageOf, periodOf } from './timeline/placement-age.ts'
import { freshestOf } from './replay/element-sets.ts'
import type { Decides } from './timeline/world.ts'

export interface LadderRung {
  readonly setting: Setting
  /** `15 min`, `nightly at 02:00, 2 h`. */
  readonly title: string
  /** ms; of a schedule the mean of its sawtooth, of ingestion with what it takes now, of several groups that of the freshest. */
  readonly age: number
  readonly literal?: '−90 %' | 'next schedule'
}

/** What a ladder depends on beside the pipeline. Times are ms. */
export interface LadderContext {
  /** From the first to the last decision that is judged. */
  readonly span: number
  /** From an event's time to its arrival, of the event in the middle. */
  readonly delay: number
  /** Whether the model can be trained anew. */
  readonly isTrainable: boolean
  /** Ages beside its own. */
  readonly ages?: readonly number[] | undefined
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** Ages that people name. */
const ROUND = [SECOND, 5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY]
const PERIODS = [6 * HOUR, DAY, WEEK, 4 * WEEK]
/** Of the shortest window: what is younger goes unnoticed. */
const NOTICED = 12
const AGES = 6

const nightly: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
const weekly: ScheduleIR = { kind: 'cron', cron: '0 2 * * 1', zone: 'UTC' }
const JOB = 2 * HOUR

/** From the freshest to the oldest, without what runs now. */
export const ladderOf = (element: Element, decides: Decides, context: LadderContext): LadderRung[] =>
  rungsOf(element, decides, context).toSorted((a, b) => a.age - b.age)

function rungsOf(element: Element, decides: Decides, context: LadderContext): LadderRung[] {
  const ages = agesFor(decides, element, context)
  switch (element.kind) {
    case 'ingestion': {
      const faster: LadderRung = { setting: { kind: 'faster', part: 0.1 }, title: '90 % faster', age: context.delay / 10, literal: '−90 %' }
      return [...(context.delay > 0 ? [faster] : []), ...older(ages, context.delay), job(nightly, JOB, 'nightly at 02:00, 2 h')]
    }
    case 'group':
      return groupLadder(element.group, decides, ages)
    case 'groups': {
      const now = freshestOf(decides.ir.groups.filter(({ name }) => element.groups.includes(name)))
      return [...older(ages, now), job(nightly, JOB, 'nightly at 02:00, 2 h')]
    }
    case 'inference':
      return [
        ...periodic(decides, ages),
        { setting: { kind: 'every', every: DAY }, title: 'nightly', age: DAY / 2, literal: 'next schedule' },
      ]
    case 'action':
      return [
        ...older(ages, 0),
        { setting: { kind: 'digest', every: DAY }, title: 'a digest a day', age: DAY / 2, literal: 'next schedule' },
      ]
    case 'training':
      return context.isTrainable ? trainings(context) : []
  }
}

const older = (ages: readonly number[], now: number): LadderRung[] =>
  ages.map(by => ({ setting: { kind: 'older', by }, title: exactSpanTitle(by), age: now + by }))

const job = (schedule: ScheduleIR, lasts: number, title: string): LadderRung => ({
  setting: { kind: 'batch', schedule, lasts },
  title,
  age: lasts + periodOf(schedule) / 2,
  literal: 'next schedule',
})

function groupLadder(name: string, { ir }: Decides, ages: readonly number[]): LadderRung[] {
  const { place } = ir.groups.find(group => group.name === name)!
  const age = ageOf(place)
  const faster: LadderRung = { setting: { kind: 'faster', part: 0.1 }, title: '90 % fresher', age: age / 10, literal: '−90 %' }
  const streamed: LadderRung = { setting: { kind: 'stream' }, title: 'streamed', age: 0 }
  return [...(age > 0 ? [streamed, ...(place.kind === 'corrected' ? [] : [faster])] : []), ...older(ages, age), nextJob(place)]
}

/** Every night; of what is as seldom already, every week. */
function nextJob(place: PlacementIR): LadderRung {
  const isSeldom = (place.kind === 'batch' || place.kind === 'scheduled') && periodOf(place.schedule) >= DAY
  return isSeldom ? job(weekly, JOB, 'Mondays at 02:00, 2 h') : job(nightly, JOB, 'nightly at 02:00, 2 h')
}

/** Multiples of a model's own ticks, above them. */
function periodic({ model: { decide } }: Decides, ages: readonly number[]): LadderRung[] {
  const own = decide.kind === 'every' ? decide.every : 0
  return ages
    .filter(every => every > own && every < DAY && (own === 0 || every % own === 0))
    .map(every => ({ setting: { kind: 'every', every }, title: everyTitle(every), age: every / 2 }))
}

/** As many models as there are between two and the bound. */
function trainings({ span }: LadderContext): LadderRung[] {
  return PERIODS.filter(every => every < span && span / every < limits.AUDIT_TRAININGS_MAX / 2).map(every => ({
    setting: { kind: 'every', every },
    title: everyTitle(every),
    age: every / 2,
  }))
}

function agesFor({ ir, model }: Decides, element: Element, { span, ages = [] }: LadderContext): number[] {
  const read = groupReads(ir, model).filter(({ group }) => isOf(element, group.name))
  const windows = read.flatMap(({ group }) => group.features.map(({ window }) => (window === 'lifetime' ? DAY : window)))
  const least = Math.min(Math.max(SECOND, Math.min(...(windows.length > 0 ? windows : [HOUR])) / NOTICED), HOUR)
  const fitting = ROUND.filter(age => age >= least && age <= span / 2)
  const picked =
    fitting.length <= AGES ? fitting : Array.from({ length: AGES }, (_, i) => fitting[Math.round((i * (fitting.length - 1)) / (AGES - 1))])
  return [...new Set([...picked, ...ages])].toSorted((a, b) => a - b)
}

/** Whether ages of the element are noticed by what this group computes; those of a stage are by all. */
const isOf = (element: Element, group: string): boolean =>
  element.kind === 'group' ? element.group === group : element.kind !== 'groups' || element.groups.includes(group)
