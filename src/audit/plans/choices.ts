/**
 * Choices of a pipeline: for each element the settings that a plan may give it, the current one first.
 *
 * A feature group can stream, be a batch job on its own schedule or at night, and be hybrid if its windows are long. On demand is no
 * choice, since Spillway has no such placement.
 */
import { exactSpanTitle } from '../../base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, PlacementIR, ScheduleIR } from '../../define/ir/index.ts'
import { elementId, type Element, type ElementSetting } from '../domain/element.ts'
import { placementAge, schedulePeriod } from '../experiment/timeline/placement-age.ts'
import { everyTitle, NO_ACTION, UNSCHEDULED } from '../domain/setting-text.ts'
import { groupsReadBy } from './consumers.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

/** Assumptions for choices that the pipeline does not state. */
export interface ChoiceOptions {
  /** Schedule of new batch jobs: 02:00 UTC by default, or that of another group. */
  readonly schedule?: ScheduleIR
  /** Deadline of new batch jobs, ms; two hours by default. */
  readonly lasts?: number
  /** Further training periods, ms. */
  readonly training?: readonly number[]
  /** Reasons why an element cannot be evaluated, by `elementId`. */
  readonly notObservable?: ReadonlyMap<string, string>
}

const QUARTER_OF_AN_HOUR = 900_000
const HOUR = 3_600_000
const DAY = 86_400_000
/** Shortest window for which a hybrid placement is considered, ms. */
const LONG_WINDOW = DAY
const NIGHTLY: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }

const now = { kind: 'now' } as const

/** The elements on which the decisions of `model` depend, each with its choices. */
export function planElements(ir: PipelineIR, model: ModelIR, options: ChoiceOptions = {}): PlanElement[] {
  const groups = groupsReadBy(ir, model)
  const schedule = options.schedule ?? groups.map(({ place }) => scheduleIn(place)).find(existing => existing !== undefined) ?? NIGHTLY
  const lasts = options.lasts ?? 2 * HOUR
  const element = (of: Element, title: string, choices: readonly PlanChoice[], why?: string): PlanElement => {
    const notObservable = options.notObservable?.get(elementId(of)) ?? why
    return { element: of, title, choices, ...(notObservable !== undefined && { notObservable }) }
  }
  return [
    element({ kind: 'ingestion' }, 'ingestion', ingestionChoices(schedule, lasts)),
    ...groups.map(group =>
      element({ kind: 'group', group: group.name }, group.name, groupChoices(group, schedule, lasts), correctedReason(group)),
    ),
    element({ kind: 'inference' }, 'inference', inferenceChoices(model)),
    element({ kind: 'action' }, 'action', actionChoices(ir, model), actsOn(ir, model) ? undefined : 'no action follows from its decisions'),
    element(
      { kind: 'training' },
      'training',
      trainingChoices(model, options.training ?? []),
      model.train ? undefined : 'the pipeline does not train the model',
    ),
  ]
}

const correctedReason = ({ place }: GroupIR): string | undefined =>
  place.kind === 'corrected' ? 'it is as corrected later, which no decision saw' : undefined

const actsOn = ({ actions = [] }: PipelineIR, { name }: ModelIR): boolean => actions.some(({ model }) => model === name)

function scheduleIn(place: PlacementIR): ScheduleIR | undefined {
  return 'schedule' in place ? place.schedule : undefined
}

function ingestionChoices(schedule: ScheduleIR, lasts: number): PlanChoice[] {
  return [
    { setting: now, title: 'stream', age: 0 },
    {
      setting: { kind: 'every', every: QUARTER_OF_AN_HOUR },
      title: `micro-batch ${exactSpanTitle(QUARTER_OF_AN_HOUR)}`,
      age: QUARTER_OF_AN_HOUR / 2,
    },
    { setting: { kind: 'batch', schedule, lasts }, title: batchTitle(schedule), age: placementAge({ kind: 'batch', schedule, lasts }) },
  ]
}

function groupChoices({ place, features }: GroupIR, schedule: ScheduleIR, lasts: number): PlanChoice[] {
  const isLong = features.some(({ window, agg }) => agg !== 'row' && (window === 'lifetime' || window >= LONG_WINDOW))
  const batch = (jobSchedule: ScheduleIR, deadline: number): PlanChoice => ({
    setting: { kind: 'batch', schedule: jobSchedule, lasts: deadline },
    title: batchTitle(jobSchedule),
    age: placementAge({ kind: 'batch', schedule: jobSchedule, lasts: deadline }),
  })
  const stream: PlanChoice = { setting: { kind: 'stream' }, title: 'stream', age: 0 }
  const hybrid = (jobSchedule: ScheduleIR, as: ElementSetting): PlanChoice[] =>
    isLong ? [{ setting: { kind: 'hybrid', schedule: jobSchedule }, title: 'hybrid', age: 0, sameValuesAs: as }] : []
  switch (place.kind) {
    case 'stream':
      return [{ ...stream, setting: now }, ...hybrid(schedule, now), batch(schedule, lasts)]
    case 'hybrid':
      return [{ setting: now, title: 'hybrid', age: 0 }, { ...stream, sameValuesAs: now }, batch(place.schedule, lasts)]
    case 'batch':
    case 'scheduled': {
      const own = batch(place.schedule, place.lasts)
      return [{ ...own, setting: now }, stream, ...hybrid(place.schedule, stream.setting)]
    }
    case 'lag':
    case 'partial':
      return [{ setting: now, title: `${place.kind} ${exactSpanTitle(place.by)}`, age: place.by }, stream, batch(schedule, lasts)]
    case 'corrected':
      return [{ setting: now, title: 'corrected', age: 0 }]
  }
}

const batchTitle = (schedule: ScheduleIR): string => `batch ${exactSpanTitle(schedulePeriod(schedule))}`

function inferenceChoices({ decide }: ModelIR): PlanChoice[] {
  const nightly = every(DAY, 'nightly')
  switch (decide.kind) {
    case 'on':
      return [{ setting: now, title: 'on event', age: 0 }, every(HOUR, everyTitle(HOUR)), nightly]
    case 'request':
      return [{ setting: now, title: 'on request', age: 0 }, nightly]
    case 'every': {
      const own: PlanChoice = { ...every(decide.every, decide.every === DAY ? 'nightly' : everyTitle(decide.every)), setting: now }
      const slower = [HOUR, DAY].filter(period => period > decide.every && period % decide.every === 0)
      return [own, ...slower.map(period => (period === DAY ? nightly : every(period, everyTitle(period))))]
    }
  }
}

function actionChoices({ actions = [] }: PipelineIR, { name, decide }: ModelIR): PlanChoice[] {
  const own = actions.filter(action => action.model === name)
  const digest: PlanChoice = { setting: { kind: 'digest', every: DAY }, title: 'digest', age: DAY / 2 }
  if (own.length === 0) return [{ setting: now, title: NO_ACTION, age: 0 }]
  if (own.some(action => action.do.kind === 'answer'))
    return [{ setting: now, title: 'inline', age: 0 }, { setting: { kind: 'async' }, title: 'asynchronous', age: 1 }, digest]
  const inline: PlanChoice[] = decide.kind === 'every' ? [] : [{ setting: { kind: 'inline' }, title: 'inline', age: 0 }]
  return [{ setting: now, title: 'asynchronous', age: 1 }, ...inline, digest]
}

function trainingChoices({ train }: ModelIR, periods: readonly number[]): PlanChoice[] {
  const own = train?.every === undefined ? Infinity : schedulePeriod(train.every)
  const title = own === Infinity ? UNSCHEDULED : everyTitle(own)
  return [
    { setting: now, title, age: own / 2 },
    ...periods.filter(period => period !== own).map(period => every(period, everyTitle(period))),
  ]
}

const every = (period: number, title: string): PlanChoice => ({ setting: { kind: 'every', every: period }, title, age: period / 2 })
