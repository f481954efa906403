/**
 * Schema and type of a report's summary, the verdict that terminal, page and programs show first: what to do, what it is worth, what it
 * costs, how sure the audit is, and what would change the answer.
 */
import {
  countType,
  closedObject,
  described,
  durationType,
  enumOf,
  listOf,
  numberType,
  optional,
  orReason,
  stringType,
} from './json-schema-builder.ts'
import type { SchemaOf, TypeOf } from './json-schema-builder.ts'

const interval = closedObject({ value: numberType, low: numberType, high: numberType })
const scenarios = closedObject({ low: numberType, base: numberType, high: numberType })

const change = closedObject({
  share: described('change as a share of the weekly value, with its 95 % interval: −0.29 loses 29 %', interval),
  perWeek: described('change in a week, units', interval),
})

const level = closedObject({
  title: described('15 min, nightly at 02:00, 2 h', stringType),
  age: durationType,
  change: orReason(change),
  incident: described('change as a share where the model and its threshold stay: data that is late by accident', orReason(interval)),
})

const row = closedObject({
  element: described('ingestion, group/NAME, groups, inference, action or training', stringType),
  name: described('the name of a feature group, or the stage', stringType),
  now: described('the current setting', stringType),
  mode: described(
    'both at equal alert volume: the model retrained on features of that age, or the model as it is where it cannot be retrained',
    enumOf('with retraining', 'without retraining'),
  ),
  levels: described('staleness levels, freshest first', listOf(level)),
  firstOlder: optional(described('index of the first level that is older than now; fresher levels come before it', countType)),
  next: optional(described('index of the level of the next slower schedule, or of the oldest level', countType)),
  within: described('freshness threshold: 15 min, every hour, 1 day or more', orReason(stringType)),
  choice: described('the verdict: stream, keep within 15 min, safe to be a day old, undecided', stringType),
})

const worth = closedObject({
  text: stringType,
  perMonth: optional(described('of the recommendation against the alternative that the text names', interval)),
  unit: stringType,
})

const cost = closedObject({
  text: stringType,
  perMonth: described('dollars a month in a steady year, as recommended', scenarios),
  measured: described('the part from measurements of this history', scenarios),
  assumed: described('the part from prices and presets', scenarios),
})

const breakEven = closedObject({
  text: stringType,
  dollars: optional(described('dollars per unit; a month, where the unit is dollars', interval)),
})

const confidence = closedObject({
  level: described('none: the audit recommends nothing', enumOf('high', 'moderate', 'low', 'none')),
  reasons: listOf(stringType),
})

const changing = closedObject({ text: stringType, option: optional(described('the option of spillway audit for it', stringType)) })

const summary = closedObject({
  recommendation: described('what to do, one sentence', stringType),
  reason: described('the figure behind it, one sentence', stringType),
  outcome: described('what is counted: late arrivals caught', stringType),
  today: described('value and actions of the pipeline as it runs', stringType),
  main: optional(described('the element that the reason is about', stringType)),
  staleness: listOf(row),
  mayBeOlder: described('elements that lose at most 5 % at an older age, each alone, with that age', listOf(stringType)),
  alertAt: described('elements with the age from which the model that runs may lose more than 5 % by accident', listOf(stringType)),
  worth,
  cost: orReason(cost),
  breakEven,
  confidence,
  assumes: described('assumptions of the value function, as its author states them', listOf(stringType)),
  wouldChange: described('what would change the answer', listOf(changing)),
})

export const summarySchema: SchemaOf<TypeOf<typeof summary>> = summary

/** The verdict of an audit in short. */
export type AuditSummary = TypeOf<typeof summary>
/** An element's line of the staleness table. */
export type StalenessRow = TypeOf<typeof row>
/** Change of the value at one staleness level. */
export type StalenessChange = TypeOf<typeof change>
