/** Schema and type of an element in an audit's report: its staleness sweep, freshness thresholds and verdict. */
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { ElementSetting } from './element.ts'
import {
  anyOf,
  closedObject,
  described,
  enumOf,
  booleanType,
  listOf,
  nullType,
  numberType,
  optional,
  orReason,
  shareType,
  durationType,
  stringType,
  tupleOf,
  type SchemaOf,
  type TypeOf,
} from './json-schema-builder.ts'

export const estimateSchema = closedObject({ value: numberType, low: numberType, high: numberType })

const schedule: SchemaOf<ScheduleIR> = anyOf(
  closedObject({ kind: enumOf('cron'), cron: stringType, zone: stringType }),
  closedObject({ kind: enumOf('interval'), every: durationType, phase: durationType }),
)

const setting: SchemaOf<ElementSetting> = anyOf(
  closedObject({ kind: enumOf('now', 'stream', 'trace', 'inline', 'async') }),
  closedObject({ kind: enumOf('faster'), part: shareType }),
  closedObject({ kind: enumOf('older'), by: durationType }),
  closedObject({ kind: enumOf('every', 'digest'), every: durationType }),
  closedObject({ kind: enumOf('batch'), schedule, lasts: durationType }),
  closedObject({ kind: enumOf('hybrid'), schedule }),
)

const shareOrNull: SchemaOf<number | null> = { type: ['number', 'null'], minimum: 0, maximum: 1 }

export const performanceSchema = closedObject({
  perWeek: described('value per week, units; plans and costs are per month of 730 hours', numberType),
  actionsPerWeek: numberType,
  precision: described('share of correct actions among those with a known label; null without actions', shareOrNull),
  recall: shareOrNull,
  auc: described('area under the ROC curve; null where a class is missing', shareOrNull),
})

const noInterval = closedObject({ why: stringType, value: optional(numberType) })

const effect = closedObject({
  perWeek: described(
    'weekly value less that of now; without an interval the reason, and the point estimate if there is one, which supports no conclusion',
    anyOf(estimateSchema, noInterval),
  ),
  leaveOneOut: optional(
    described('jackknife range: least and greatest difference with one cluster left out', tupleOf(numberType, numberType)),
  ),
  worstWeek: optional(described('difference of the worst week', numberType)),
  slices: optional(listOf(closedObject({ name: stringType, perWeek: numberType }))),
  performance: performanceSchema,
})

const level = closedObject({
  setting,
  title: described('15 min; nightly at 02:00, 2 h', stringType),
  age: described('mean age, ms; for a schedule the mean of its sawtooth, for groups the age of the freshest group', durationType),
  literal: optional(enumOf('−90 %', 'next schedule')),
  withoutRetraining: described(
    'without retraining, at the same threshold: the cost of an incident, with default costs for wrong actions',
    effect,
  ),
  withoutRetrainingAtVolume: described('without retraining, at equal alert volume in each judged block', effect),
  withRetraining: described(
    'with retraining on features of this age, at equal alert volume: the cost of a planned change',
    orReason(effect),
  ),
})

const verdict = closedObject({
  choice: described(
    "a setting's title (stream, batch 1 day, on event, inline), by the plan, safe to be a day old, undecided, or not observable",
    stringType,
  ),
  why: stringType,
  moreWeeks: optional(described('undecided: additional weeks of history that would decide if the point estimate is right', numberType)),
  breakEven: optional(
    described(
      'break-even value, dollars per unit, above which the fresher choice pays; where no value per unit is known',
      orReason(estimateSchema),
    ),
  ),
})

const threshold = closedObject({
  age: durationType,
  loss: described('greatest weekly loss, units, that the upper bound allows at this age', numberType),
  beyond: optional(described('true where no level of the sweep loses more: the threshold is at this age or beyond', booleanType)),
})

const age = closedObject({
  p50: durationType,
  p95: durationType,
  max: optional(described('of a group in batch runs: its age just before the results of the next run are used', durationType)),
  from: enumOf('measured', 'by its placement', 'from its history'),
})

export const elementSchema = closedObject({
  element: described('ingestion, group/NAME, groups, inference, action or training', stringType),
  kind: described(
    'groups: all feature groups fresher than a day, aged together, where there are at least two; plans set each group by itself',
    enumOf('ingestion', 'group', 'groups', 'inference', 'action', 'training'),
  ),
  title: described("the feature group's name and content in short: landings (1 h mean)", stringType),
  groups: optional(described('of groups, their names', listOf(stringType))),
  now: closedObject({ setting, title: stringType, age: anyOf(age, nullType) }),
  levels: described('staleness levels, freshest first; empty with a reason', listOf(level)),
  notObservable: optional(stringType),
  unplanned: optional(described('why no plan changes this element although it has a curve', stringType)),
  incidentThreshold: described(
    'without retraining: the oldest age whose loss is small by its upper bound, at the fixed threshold and at equal alert volume alike',
    orReason(threshold),
  ),
  plannedThreshold: described('with retraining, by withRetraining: how old a chosen placement may be', orReason(threshold)),
  verdict,
  marks: described(
    'by interval: ok within the tolerated loss, may lose and loses (for certain) beyond it, collapse most of the value; null unknown',
    listOf(anyOf(enumOf('ok', 'may lose', 'loses', 'collapse'), nullType)),
  ),
})

/** An element with its sweep. */
export type ElementPart = TypeOf<typeof elementSchema>
/** Feature ages at decision time, ms. */
export type AgePart = TypeOf<typeof age>
/** A staleness level. */
export type SweepLevel = TypeOf<typeof level>
/** The effect of a staleness level on the value. */
export type SweepEffect = TypeOf<typeof effect>
/** An estimate. `[low, high]` is a 95 % confidence interval, simultaneous over all levels of a sweep. */
export type Estimate = TypeOf<typeof estimateSchema>
/** The reason why there is no interval, and the point estimate if there is one. */
export type NoInterval = TypeOf<typeof noInterval>
/** Figures over the blocks `select` and `report`, per week. Costs and plans are per month of 730 hours. */
export type Performance = TypeOf<typeof performanceSchema>
/** The greatest age without much loss. */
export type FreshnessThreshold = TypeOf<typeof threshold>
/** The recommended setting of an element, with the reason. */
export type ElementVerdict = TypeOf<typeof verdict>
