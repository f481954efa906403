/**
 * The elements of an audit, and their staleness levels: the ages at which it evaluates each element, from the current age up.
 *
 * A single aged group is compared while the others stay fresh. Redundant groups therefore lose nothing one by one, and everything together.
 * So all fresh feature groups form one more element, `groups`, aged together.
 *
 * Two levels answer the literal questions where possible: latency 90 % lower, and latency at the next batch schedule. The ages between are
 * round. They begin where the shortest window read begins to change, and end at a day or at half of the judged time span.
 */
import { groupReads, type GroupRead } from '../../decision/index.ts'
import type { GroupIR, PlacementIR, ScheduleIR } from '../../define/ir/index.ts'
import { limits, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from '../../base/index.ts'
import type { Element, ElementSetting } from '../domain/element.ts'
import { titleOf } from '../domain/setting-text.ts'
import { placementAge, schedulePeriod } from './timeline/placement-age.ts'
import type { DecidingModel } from './timeline/timeline.ts'

/** One age of a staleness sweep. */
export interface StalenessLevel {
  readonly setting: ElementSetting
  /** `15 min`, `nightly at 02:00, 2 h`. */
  readonly title: string
  /**
   * The mean age, ms. For a schedule the mean of its sawtooth, for ingestion with its current delay, for several groups the freshest
   * group's age.
   */
  readonly age: number
  readonly literal?: '−90 %' | 'next schedule'
}

/** The context of a sweep beside the pipeline. Times are ms. */
export interface StalenessContext {
  /** From the first to the last judged decision. */
  readonly span: number
  /** The median ingestion delay. */
  readonly delay: number
  /** True if the model can be retrained. */
  readonly isTrainable: boolean
  readonly ages?: readonly number[] | undefined
}

const ROUND_AGES = [
  SECOND_MS,
  5 * SECOND_MS,
  15 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
]
const TRAINING_PERIODS = [6 * HOUR_MS, DAY_MS, WEEK_MS, 4 * WEEK_MS]
/** Ages below this fraction of the shortest window hardly change it. */
const WINDOW_FRACTION = 12
const LEVELS_MAX = 6

const nightly: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
const weekly: ScheduleIR = { kind: 'cron', cron: '0 2 * * 1', zone: 'UTC' }
const JOB_DURATION = 2 * HOUR_MS

/** The levels, freshest first, without the current setting. */
export const stalenessLevels = (element: Element, decides: DecidingModel, context: StalenessContext): StalenessLevel[] =>
  levelsOf(element, decides, context).toSorted((a, b) => a.age - b.age)

function levelsOf(element: Element, decides: DecidingModel, context: StalenessContext): StalenessLevel[] {
  const ages = agesFor(decides, element, context)
  switch (element.kind) {
    case 'ingestion': {
      const faster = levelOf({ kind: 'faster', part: 0.1 }, context.delay / 10, { literal: '−90 %' })
      return [...(context.delay > 0 ? [faster] : []), ...olderLevels(ages, context.delay), ...nextJobLevels(context.delay)]
    }
    case 'group':
      return groupLevels(element.group, decides, ages)
    case 'groups': {
      const now = freshestAge(decides.ir.groups.filter(({ name }) => element.groups.includes(name)))
      return [...olderLevels(ages, now), ...nextJobLevels(now)]
    }
    case 'inference':
      return [
        ...tickLevels(decides, ages),
        levelOf({ kind: 'every', every: DAY_MS }, DAY_MS / 2, { title: 'nightly', literal: 'next schedule' }),
      ]
    case 'action':
      return [
        ...olderLevels(ages, 0),
        levelOf({ kind: 'digest', every: DAY_MS }, DAY_MS / 2, { title: 'a digest a day', literal: 'next schedule' }),
      ]
    case 'training':
      return context.isTrainable ? trainingLevels(context) : []
  }
}

/** By default with the title of its setting. */
const levelOf = (setting: ElementSetting, age: number, more: Partial<StalenessLevel> = {}): StalenessLevel => ({
  setting,
  title: titleOf(setting),
  age,
  ...more,
})

const olderLevels = (ages: readonly number[], now: number): StalenessLevel[] => ages.map(by => levelOf({ kind: 'older', by }, now + by))

const jobLevel = (schedule: ScheduleIR): StalenessLevel =>
  levelOf({ kind: 'batch', schedule, lasts: JOB_DURATION }, JOB_DURATION + schedulePeriod(schedule) / 2, { literal: 'next schedule' })

function groupLevels(name: string, { ir }: DecidingModel, ages: readonly number[]): StalenessLevel[] {
  const { place } = ir.groups.find(group => group.name === name)!
  const age = placementAge(place)
  const faster = levelOf({ kind: 'faster', part: 0.1 }, age / 10, { title: '90 % fresher', literal: '−90 %' })
  const streamed = levelOf({ kind: 'stream' }, 0, { title: 'streamed' })
  const fresher = age === 0 ? [] : place.kind === 'corrected' ? [streamed] : [streamed, faster]
  return [...fresher, ...olderLevels(ages, age), ...nextJobLevels(age, isDailyOrRarer(place) ? [weekly] : undefined)]
}

/** The next slower job: every night or every week; none for what is as old already. A daily job at another hour is not slower. */
const nextJobLevels = (age: number, schedules: readonly ScheduleIR[] = [nightly, weekly]): StalenessLevel[] =>
  schedules
    .map(jobLevel)
    .filter(level => level.age > age)
    .slice(0, 1)

const isDailyOrRarer = (place: PlacementIR): boolean =>
  (place.kind === 'batch' || place.kind === 'scheduled') && schedulePeriod(place.schedule) >= DAY_MS

/** Multiples of the model's tick period, above it. */
function tickLevels({ model: { decide } }: DecidingModel, ages: readonly number[]): StalenessLevel[] {
  const own = decide.kind === 'every' ? decide.every : 0
  return ages
    .filter(every => every > own && every < DAY_MS && (own === 0 || every % own === 0))
    .map(every => levelOf({ kind: 'every', every }, every / 2))
}

/** Training periods that yield at least two models and at most half the limit. */
function trainingLevels({ span }: StalenessContext): StalenessLevel[] {
  return TRAINING_PERIODS.filter(every => every < span && span / every < limits.AUDIT_TRAININGS_MAX / 2).map(every =>
    levelOf({ kind: 'every', every }, every / 2),
  )
}

function agesFor({ ir, model }: DecidingModel, element: Element, { span, ages = [] }: StalenessContext): number[] {
  const read = groupReads(ir, model).filter(({ group }) => isAffected(element, group.name))
  const windows = read.flatMap(({ group }) => group.features.map(({ window }) => (window === 'lifetime' ? DAY_MS : window)))
  const least = Math.min(Math.max(SECOND_MS, Math.min(...(windows.length > 0 ? windows : [HOUR_MS])) / WINDOW_FRACTION), HOUR_MS)
  const fitting = ROUND_AGES.filter(age => age >= least && age <= span / 2)
  const picked =
    fitting.length <= LEVELS_MAX
      ? fitting
      : Array.from({ length: LEVELS_MAX }, (_, i) => fitting[Math.round((i * (fitting.length - 1)) / (LEVELS_MAX - 1))])
  return [...new Set([...picked, ...ages])].toSorted((a, b) => a - b)
}

/** True if the group's features depend on the element's age; a stage affects all groups. */
const isAffected = (element: Element, group: string): boolean =>
  element.kind === 'group' ? element.group === group : element.kind !== 'groups' || element.groups.includes(group)

/** The element of all fresh groups; `undefined` for fewer than two, where the group's own sweep is enough. */
export function freshGroupsElement(groups: readonly GroupIR[]): Extract<Element, { kind: 'groups' }> | undefined {
  const fresh = new Set(groups.filter(({ place }) => isFresh(place)).map(({ name }) => name))
  return fresh.size < 2 ? undefined : { kind: 'groups', groups: [...fresh] }
}

/** The age of the freshest group, ms. Ages of `groups` are in addition to it. */
const freshestAge = (groups: readonly GroupIR[]): number => Math.min(...groups.map(({ place }) => placementAge(place)))

/** True if a group is younger than a day: streamed, or by a job more often than daily. No decision saw `corrected` values. */
const isFresh = (place: PlacementIR): boolean => place.kind !== 'corrected' && !isDailyOrRarer(place) && placementAge(place) < DAY_MS

/** The elements of a pipeline, in the order of an event's path, with `groups` after the groups. */
export function auditElements(reads: readonly GroupRead[]): Element[] {
  const groups = new Set(reads.map(({ group }) => group.name))
  const together = freshGroupsElement(reads.map(({ group }) => group))
  return [
    { kind: 'ingestion' },
    ...[...groups].map((group): Element => ({ kind: 'group', group })),
    ...(together ? [together] : []),
    { kind: 'inference' },
    { kind: 'action' },
    { kind: 'training' },
  ]
}
