/**
 * Choices of a pipeline: for each element the settings that a plan may give it, the current one first.
 *
 * A feature group can stream, be a batch job on its own schedule or at night, and be hybrid if its windows are long. On demand is no
 * choice, since Spillway has no such placement.
 */
import { exactSpanTitle, HOUR_MS, DAY_MS } from '../../base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, PlacementIR, ScheduleIR } from '../../define/ir/index.ts'
import { elementId, type Element, type ElementSetting } from '../domain/element.ts'
import { placementAge, schedulePeriod } from '../experiment/timeline/placement-age.ts'
import { everyTitle, NO_ACTION, UNSCHEDULED } from '../domain/setting-text.ts'
import { groupsReadBy } from './consumers.ts'
import type { PlanChoice, PlanElement } from '../domain/plan-types.ts'

const QUARTER_OF_AN_HOUR = 900_000
/** Shortest window for which a hybrid placement is considered, ms. */
const LONG_WINDOW = DAY_MS
/** Schedule of new batch jobs, unless a group has one. */
const NIGHTLY: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
/** Deadline of new batch jobs, ms. */
const NEW_JOB_LASTS = 2 * HOUR_MS

const now = { kind: 'now' } as const

/**
 * The elements on which the decisions of `model` depend, each with its choices. `notObservable` has the reasons why an element cannot be
 * evaluated, by `elementId`.
 */
export function planElements(ir: PipelineIR, model: ModelIR, notObservable?: ReadonlyMap<string, string>): PlanElement[] {
  const groups = groupsReadBy(ir, model)
  const newJob = batch(groups.map(({ place }) => scheduleIn(place)).find(schedule => schedule !== undefined) ?? NIGHTLY, NEW_JOB_LASTS)
  const withChoices = (element: Element, choices: readonly PlanChoice[], reason?: string): PlanElement => {
    const why = notObservable?.get(elementId(element)) ?? reason
    const title = element.kind === 'group' ? element.group : element.kind
    return { element, title, choices, ...(why !== undefined && { notObservable: why }) }
  }
  return [
    withChoices({ kind: 'ingestion' }, ingestionChoices(newJob)),
    ...groups.map(group => withChoices({ kind: 'group', group: group.name }, groupChoices(group, newJob), correctedReason(group))),
    withChoices({ kind: 'inference' }, inferenceChoices(model)),
    withChoices({ kind: 'action' }, actionChoices(ir, model), actsOn(ir, model) ? undefined : 'no action follows from its decisions'),
    withChoices({ kind: 'training' }, [trainingChoice(model)], model.train ? undefined : 'the pipeline does not train the model'),
  ]
}

const correctedReason = ({ place }: GroupIR): string | undefined =>
  place.kind === 'corrected' ? 'it is as corrected later, which no decision saw' : undefined

const actsOn = ({ actions = [] }: PipelineIR, { name }: ModelIR): boolean => actions.some(({ model }) => model === name)

const scheduleIn = (place: PlacementIR): ScheduleIR | undefined => ('schedule' in place ? place.schedule : undefined)

/** A batch job with its schedule and deadline, ms. */
interface BatchChoice extends PlanChoice {
  readonly setting: Extract<ElementSetting, { kind: 'batch' }>
}

function batch(schedule: ScheduleIR, lasts: number): BatchChoice {
  const setting = { kind: 'batch', schedule, lasts } as const
  return { setting, title: `batch ${exactSpanTitle(schedulePeriod(schedule))}`, age: placementAge(setting) }
}

const every = (period: number, title = period === DAY_MS ? 'nightly' : everyTitle(period)): PlanChoice => ({
  setting: { kind: 'every', every: period },
  title,
  age: period / 2,
})

const ingestionChoices = (newJob: BatchChoice): PlanChoice[] => [
  { setting: now, title: 'stream', age: 0 },
  every(QUARTER_OF_AN_HOUR, `micro-batch ${exactSpanTitle(QUARTER_OF_AN_HOUR)}`),
  newJob,
]

function groupChoices({ place, features }: GroupIR, newJob: BatchChoice): PlanChoice[] {
  const isLong = features.some(({ window, agg }) => agg !== 'row' && (window === 'lifetime' || window >= LONG_WINDOW))
  const stream: PlanChoice = { setting: { kind: 'stream' }, title: 'stream', age: 0 }
  const hybrid = (schedule: ScheduleIR, sameValuesAs: ElementSetting): PlanChoice[] =>
    isLong ? [{ setting: { kind: 'hybrid', schedule }, title: 'hybrid', age: 0, sameValuesAs }] : []
  switch (place.kind) {
    case 'stream':
      return [{ ...stream, setting: now }, ...hybrid(newJob.setting.schedule, now), newJob]
    case 'hybrid':
      return [{ setting: now, title: 'hybrid', age: 0 }, { ...stream, sameValuesAs: now }, batch(place.schedule, NEW_JOB_LASTS)]
    case 'batch':
    case 'scheduled':
      return [{ ...batch(place.schedule, place.lasts), setting: now }, stream, ...hybrid(place.schedule, stream.setting)]
    case 'lag':
    case 'partial':
      return [{ setting: now, title: `${place.kind} ${exactSpanTitle(place.by)}`, age: place.by }, stream, newJob]
    case 'corrected':
      return [{ setting: now, title: 'corrected', age: 0 }]
  }
}

function inferenceChoices({ decide }: ModelIR): PlanChoice[] {
  switch (decide.kind) {
    case 'on':
      return [{ setting: now, title: 'on event', age: 0 }, every(HOUR_MS), every(DAY_MS)]
    case 'request':
      return [{ setting: now, title: 'on request', age: 0 }, every(DAY_MS)]
    case 'every': {
      const slower = [HOUR_MS, DAY_MS].filter(period => period > decide.every && period % decide.every === 0)
      return [{ ...every(decide.every), setting: now }, ...slower.map(period => every(period))]
    }
  }
}

function actionChoices({ actions = [] }: PipelineIR, { name, decide }: ModelIR): PlanChoice[] {
  const own = actions.filter(({ model }) => model === name)
  const digest: PlanChoice = { setting: { kind: 'digest', every: DAY_MS }, title: 'digest', age: DAY_MS / 2 }
  if (own.length === 0) return [{ setting: now, title: NO_ACTION, age: 0 }]
  if (own.some(action => action.do.kind === 'answer'))
    return [{ setting: now, title: 'inline', age: 0 }, { setting: { kind: 'async' }, title: 'asynchronous', age: 1 }, digest]
  const inline: PlanChoice[] = decide.kind === 'every' ? [] : [{ setting: { kind: 'inline' }, title: 'inline', age: 0 }]
  return [{ setting: now, title: 'asynchronous', age: 1 }, ...inline, digest]
}

function trainingChoice({ train }: ModelIR): PlanChoice {
  const period = train?.every === undefined ? Infinity : schedulePeriod(train.every)
  return { setting: now, title: period === Infinity ? UNSCHEDULED : everyTitle(period), age: period / 2 }
}
