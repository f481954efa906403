/**
 * Schema and type of the audit report, the content of `audit.json`: plain JSON, from which terminal, page and programs render. The types of
 * its parts are read from the schema: `PlanEdit`, the cost `Range` … Every estimate has an interval or the reason for none (`why`), and
 * every cost line says whether it was measured or modelled.
 */
import { summarySchema } from './summary.ts'
import { elementSchema, estimateSchema, performanceSchema } from './element-report.ts'
import {
  closedObject,
  constant,
  countType,
  described,
  enumOf,
  booleanType,
  listOf,
  numberType,
  optional,
  orReason,
  shareType,
  durationType,
  stringType,
  timeType,
  tupleOf,
  type SchemaOf,
  type TypeOf,
} from './json-schema-builder.ts'

const block = closedObject({ decisions: countType, from: timeType, until: timeType })

const history = closedObject({
  from: timeType,
  until: timeType,
  weeks: described('weeks of 604,800,000 ms that the decisions cover', numberType),
  events: countType,
  decisions: countType,
  labelled: countType,
  positive: countType,
  notEligible: countType,
  unknown: countType,
  censored: countType,
  undone: optional(
    described(
      'judged decisions whose action was withheld to explore, and whether propensity weights use them; absent without exploration',
      closedObject({
        count: countType,
        positive: countType,
        hidden: described('decisions whose outcome an action hid', countType),
        weight: described('inverse-propensity weight 1 / chance: the least and the greatest', tupleOf(numberType, numberType)),
        effective: described('effective sample size (Σw)² / Σw²', numberType),
        isUsed: booleanType,
      }),
    ),
  ),
  blocks: described(
    "the number of decisions in each block, and the block's first and last time",
    closedObject({ train: block, tune: block, select: block, report: block }),
  ),
  clusters: described(
    'clusters by entity and by time: their number, and the effective sample size (Σn)² / Σn²',
    listOf(closedObject({ name: stringType, count: countType, effective: numberType })),
  ),
})

const utility = closedObject({
  name: described("the value function's name: late arrivals caught", stringType),
  unit: described('late arrivals, min, $', stringType),
  basis: described('the valuation of a decision: the first action in time saves $50; a wrong action costs $10', stringType),
  dollars: optional(described('value per unit, dollars, where the user states it or the unit is dollars', numberType)),
  budget: numberType,
  threshold: numberType,
  thresholdFrom: described("the action's own, or the part of decisions that may act, on the block in between", stringType),
  now: described('the pipeline as it runs now', performanceSchema),
  retrained: described(
    'the model retrained on fresh features, at equal alert volume: the reference of withRetraining',
    orReason(performanceSchema),
  ),
  charge: optional(
    described(
      'default cost of each wrong action beyond those of now, units, at the fixed threshold; where the value function has none',
      numberType,
    ),
  ),
  unjudged: described('share of the current actions without a known outcome', shareType),
})

const percentiles = { p50: durationType, p95: durationType, p99: durationType }
const wholeLatency = closedObject(percentiles)

const stage = closedObject({
  stage: enumOf('ingestion', 'features', 'inference', 'action queue', 'action delivery', 'action acknowledgement'),
  ...percentiles,
  critical: described('share of decisions in which this stage takes longest', shareType),
  p99IfTenth: described('end-to-end p99, ms, if this stage alone took a tenth of its time; computed from the samples', durationType),
})

const stages = closedObject({
  decisions: countType,
  among: optional(
    described(
      'selection of the decisions: the number that ran, and whether these had a delivered effect or are the newest with stage times',
      closedObject({ decisions: countType, by: enumOf('effect', 'newest') }),
    ),
  ),
  from: timeType,
  until: timeType,
  stages: listOf(stage),
  whole: described('end-to-end latency', wholeLatency),
  deadline: optional(closedObject({ ms: durationType, met: shareType })),
})

const range = described('at low, base and high prices, dollars', closedObject({ low: numberType, base: numberType, high: numberType }))

const costLine = closedObject({
  of: described('slots, broker, state, storage, requests, egress, people', stringType),
  title: stringType,
  range,
  basis: enumOf('measured', 'modelled'),
  arithmetic: described('0.42 cores × 730 h × $0.0425', stringType),
  firstYear: optional(range),
})

const costOfPlan = closedObject({ firstYear: range, steadyYear: range, lines: listOf(costLine) })

const costs = described(
  'dollars a month of 730 hours',
  closedObject({
    prices: stringType,
    now: costOfPlan,
    proposed: costOfPlan,
    taxes: described(
      'staleness tax, the cost of late features, and streaming tax, the cost of streaming',
      closedObject({ staleness: orReason(range), streaming: range }),
    ),
  }),
)

const planSetting = closedObject({ element: stringType, title: stringType })
const net = orReason(estimateSchema)
const otherPlan = closedObject({
  changes: listOf(planSetting),
  cost: described('dollars a month in a steady year', orReason(range)),
  net,
})
const lineNumber: SchemaOf<number> = { type: 'integer', minimum: 1 }
const planEdit = closedObject({
  file: stringType,
  line: lineNumber,
  before: stringType,
  after: stringType,
})

const plans = closedObject({
  now: listOf(planSetting),
  proposed: listOf(planSetting),
  decision: described(
    "keep what runs: no plan's lower bound is above zero; no dollar verdict: there is no value per unit, or no cost of the plan",
    enumOf('change', 'keep what runs', 'no dollar verdict', 'undecided'),
  ),
  net: optional(
    described(
      'dollars a month, net of costs, over the current plan on the block report: low at the highest prices, high at the lowest',
      estimateSchema,
    ),
  ),
  compared: described('plans compared on the block select, which chooses', countType),
  evaluated: described('of these, plans with distinct decisions, bounded by --plans; the others differ from one in cost alone', countType),
  marginal: described(
    'for each change, the value it adds to the plan, which the plan loses without it: net dollars a month',
    listOf(closedObject({ element: stringType, title: stringType, net })),
  ),
  others: described(
    'alternative plans: the next best by the block select, and the cheapest; the decision does not depend on them',
    listOf(otherPlan),
  ),
  edits: listOf(planEdit),
  byHand: described('changes that are no placements of feature groups, and so have no edit: what to write, and where', listOf(stringType)),
})

const finding = closedObject({ kind: enumOf('wasted', 'starved', 'queued'), element: stringType, text: stringType })

const reproduction = closedObject({
  command: stringType,
  version: stringType,
  seed: numberType,
  draws: countType,
  decisions: described('SHA-256 of the feature vectors as the pipeline runs now', stringType),
  definitions: stringType,
})

const incidentModel = described(
  'the model behind the curves without retraining; absent where the pipeline does not train it',
  closedObject({
    text: described('champion version 3; the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings', stringType),
    trainings: described('models that were fitted, each as of its time', countType),
    champion: optional(
      closedObject({
        version: countType,
        decisions: described('judged decisions that it scores: those outside its training data', countType),
      }),
    ),
  }),
)

const definitions = {
  element: elementSchema,
  history,
  utility,
  stages,
  costs,
  plans,
  finding,
  reproduce: reproduction,
  summary: summarySchema,
}

const ref = <K extends keyof typeof definitions>(name: K): SchemaOf<TypeOf<(typeof definitions)[K]>> => ({ $ref: `#/$defs/${name}` })

const report = closedObject({
  format: constant('spillway-audit/3'),
  pipeline: stringType,
  fingerprint: stringType,
  model: stringType,
  incidentModel: optional(incidentModel),
  summary: ref('summary'),
  history: ref('history'),
  utility: ref('utility'),
  stages: described('stage latencies of recorded decisions; a replay of files has none', orReason(ref('stages'))),
  elements: listOf(ref('element')),
  costs: orReason(ref('costs')),
  plans: ref('plans'),
  findings: listOf(ref('finding')),
  caveats: listOf(stringType),
  assumptions: listOf(stringType),
  reproduce: ref('reproduce'),
})

/**
 * JSON schema (draft 2020-12) of `audit.json`, the contract for other programs. Times are UTC ms, spans are ms.
 *
 * @example writeFileSync('audit.schema.json', JSON.stringify(auditReportSchema))
 */
export const auditReportSchema: SchemaOf<TypeOf<typeof report>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:spillway:audit:2',
  title: 'What a latency audit by Spillway found',
  ...report,
  $defs: definitions,
}

/** The result of an audit, the content of `audit.json`. Its fields are described by `auditReportSchema`. */
export type AuditReport = TypeOf<typeof report>
/** The decisions of the history, their labels, blocks and clusters. */
export type HistoryPart = TypeOf<typeof history>
/** A block of the history. */
export type BlockPart = TypeOf<typeof block>
/** The value function, and the value of the pipeline as it runs now. */
export type UtilityPart = TypeOf<typeof utility>
/** Stage latencies of recorded decisions. */
export type StagesPart = TypeOf<typeof stages>
/** Latency of one stage. */
export type StagePart = TypeOf<typeof stage>
/** Latency percentiles, ms. */
export type Percentiles = TypeOf<typeof wholeLatency>
/** Costs in dollars; a month is 730 hours. */
export type CostPart = TypeOf<typeof costs>
/** A cost at low, base and high prices, dollars. */
export type Range = TypeOf<typeof range>
/** The costs of one plan, dollars a month, and their lines. */
export type CostOfPlan = TypeOf<typeof costOfPlan>
/** One line of a plan's costs. */
export type CostLine = TypeOf<typeof costLine>
/** The proposed plan, and the decision. */
export type PlanPart = TypeOf<typeof plans>
/** A plan that neither runs nor is proposed. */
export type OtherPlan = TypeOf<typeof otherPlan>
/** The setting of an element in a plan. */
export type PlanSetting = TypeOf<typeof planSetting>
/** A changed line of the user's file. */
export type PlanEdit = TypeOf<typeof planEdit>
/** A finding about an element. */
export type Finding = TypeOf<typeof finding>
/** The model without retraining, of a pipeline that trains it. */
export type IncidentModelPart = TypeOf<typeof incidentModel>
