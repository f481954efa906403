/** JSON schema (draft 2020-12) of `audit.json`, the contract for other programs. It compiles only while it matches `AuditReport`. */
import type { ScheduleIR } from '../../define/ir/schedule-ir.ts'
import type { ElementSetting } from '../domain/element.ts'
import type {
  AgePart,
  AuditReport,
  BlockPart,
  CostLine,
  CostOfPlan,
  CostPart,
  SweepEffect,
  ElementPart,
  Estimate,
  Finding,
  HistoryPart,
  FreshnessThreshold,
  NoInterval,
  OtherPlan,
  Performance,
  Percentiles,
  PlanEdit,
  PlanPart,
  PlanSetting,
  Range,
  SweepLevel,
  StagePart,
  StagesPart,
  UtilityPart,
  ElementVerdict,
} from '../domain/audit-report.ts'
import type { IncidentModelPart } from '../domain/incident-model.ts'
import type { Reproduction } from '../domain/reproduction.ts'
import {
  described,
  anyOf,
  listOf,
  optional,
  numberType,
  closedObject,
  enumOf,
  orReason,
  shareType,
  spanType,
  textType,
  timeType,
  tupleOf,
  countType,
  type JsonSchema,
} from './schema-terms.ts'

const ref = (name: keyof typeof definitions): JsonSchema => ({ $ref: `#/$defs/${name}` })

const estimate = closedObject<Estimate>({ value: numberType, low: numberType, high: numberType })
const range = closedObject<Range>({ low: numberType, base: numberType, high: numberType })
const nullable: JsonSchema = { type: ['number', 'null'], minimum: 0, maximum: 1 }

const schedule = anyOf(
  closedObject<Extract<ScheduleIR, { kind: 'cron' }>>({ kind: enumOf('cron'), cron: textType, zone: textType }),
  closedObject<Extract<ScheduleIR, { kind: 'interval' }>>({ kind: enumOf('interval'), every: spanType, phase: spanType }),
)

type SettingOf<K extends ElementSetting['kind']> = Extract<ElementSetting, { kind: K }>

const setting = anyOf(
  closedObject<{ readonly kind: 'now' | 'stream' | 'trace' | 'inline' | 'async' }>({
    kind: enumOf('now', 'stream', 'trace', 'inline', 'async'),
  }),
  closedObject<SettingOf<'faster'>>({ kind: enumOf('faster'), part: shareType }),
  closedObject<SettingOf<'older'>>({ kind: enumOf('older'), by: spanType }),
  closedObject<{ readonly kind: 'every' | 'digest'; readonly every: number }>({ kind: enumOf('every', 'digest'), every: spanType }),
  closedObject<SettingOf<'batch'>>({ kind: enumOf('batch'), schedule, lasts: spanType }),
  closedObject<SettingOf<'hybrid'>>({ kind: enumOf('hybrid'), schedule }),
)

const performance = closedObject<Performance>({
  aWeek: described('utility in a week; plans and costs are of a month of 730 hours', numberType),
  actionsAWeek: numberType,
  precision: nullable,
  recall: nullable,
  auc: nullable,
  empty: optional(shareType),
})

const effect = closedObject<SweepEffect>({
  aWeek: described(
    'utility in a week, less that of now; without an interval the reason, with the point estimate where there is one',
    anyOf(estimate, closedObject<NoInterval>({ why: textType, value: optional(numberType) })),
  ),
  leaveOneOut: optional(tupleOf(numberType, numberType)),
  worstWeek: optional(numberType),
  slices: optional(listOf(closedObject<NonNullable<SweepEffect['slices']>[number]>({ name: textType, aWeek: numberType }))),
  performance,
})

const rung = closedObject<SweepLevel>({
  setting,
  title: textType,
  age: spanType,
  literal: optional(enumOf('−90 %', 'next schedule')),
  frozen: described('the same model at the same threshold: what an incident costs', effect),
  frozenAtBudget: described('the same model, acting as often as now in each judged block', effect),
  refit: described('a model trained on features as old, acting as often as now: what a planned change costs', orReason(effect)),
})

const verdict = closedObject<ElementVerdict>({
  choice: textType,
  why: textType,
  moreWeeks: optional(numberType),
  breakEven: optional(orReason(estimate)),
})

const knee = orReason(closedObject<FreshnessThreshold>({ age: spanType, loss: numberType, beyond: optional({ type: 'boolean' }) }))

const element = closedObject<ElementPart>({
  element: described('ingestion, group/NAME, groups, inference, action or training', textType),
  kind: described(
    'groups: all that are fresher than a day, older at once; no plan sets them so',
    enumOf('ingestion', 'group', 'groups', 'inference', 'action', 'training'),
  ),
  title: textType,
  groups: optional(described('of groups, their names', listOf(textType))),
  now: closedObject<ElementPart['now']>({
    setting,
    title: textType,
    age: anyOf(closedObject<AgePart>({ p50: spanType, p95: spanType, from: enumOf('measured', 'by its placement', 'from its history') }), {
      type: 'null',
    }),
  }),
  rungs: listOf(rung),
  notObservable: optional(textType),
  unplanned: optional(described('why no plan runs it otherwise, though it has a curve', textType)),
  knee: described(
    'of an incident, by frozen and frozenAtBudget, the younger: the oldest age that hardly loses; what a freshness objective is set to',
    knee,
  ),
  refitKnee: described('of a planned change, by refit: how old a placement may be that somebody chooses', knee),
  verdict,
  marks: listOf(anyOf(enumOf('ok', 'may lose', 'loses', 'collapse'), { type: 'null' })),
})

const block = closedObject<BlockPart>({ decisions: countType, from: timeType, until: timeType })

const history = closedObject<HistoryPart>({
  from: timeType,
  until: timeType,
  weeks: numberType,
  events: countType,
  decisions: countType,
  labelled: countType,
  positive: countType,
  notEligible: countType,
  unknown: countType,
  censored: countType,
  undone: optional(
    closedObject<NonNullable<HistoryPart['undone']>>({
      count: countType,
      positive: countType,
      hidden: countType,
      weight: tupleOf(numberType, numberType),
      effective: numberType,
      isUsed: { type: 'boolean' },
    }),
  ),
  blocks: closedObject<HistoryPart['blocks']>({ train: block, tune: block, select: block, report: block }),
  clusters: listOf(closedObject<HistoryPart['clusters'][number]>({ name: textType, count: countType, effective: numberType })),
})

const utility = closedObject<UtilityPart>({
  name: textType,
  unit: textType,
  basis: described('what a decision counts: the terms of the worth', textType),
  dollars: optional(numberType),
  budget: numberType,
  threshold: numberType,
  thresholdFrom: textType,
  now: performance,
  retrained: described('by a model trained anew on fresh features, at as many alerts: what refit differs from', orReason(performance)),
  charge: optional(described('what each wrong action more than now is taken to cost at the fixed threshold, units', numberType)),
  unjudged: described('of the actions of now, the part that nothing is said of', shareType),
})

const percentiles = { p50: spanType, p95: spanType, p99: spanType }

const stage = closedObject<StagePart>({
  stage: enumOf('ingestion', 'features', 'inference', 'action queue', 'action delivery', 'action acknowledgement'),
  ...percentiles,
  critical: shareType,
  p99IfTenth: spanType,
})

const stages = closedObject<StagesPart>({
  decisions: countType,
  among: optional(closedObject<NonNullable<StagesPart['among']>>({ decisions: countType, by: enumOf('effect', 'newest') })),
  from: timeType,
  until: timeType,
  stages: listOf(stage),
  whole: closedObject<Percentiles>(percentiles),
  deadline: optional(closedObject<NonNullable<StagesPart['deadline']>>({ ms: spanType, met: shareType })),
})

const costLine = closedObject<CostLine>({
  of: textType,
  title: textType,
  range,
  basis: enumOf('measured', 'modelled'),
  arithmetic: textType,
  firstYear: optional(range),
})

const costOfPlan = closedObject<CostOfPlan>({ firstYear: range, steadyYear: range, lines: listOf(costLine) })

const costs = described(
  'dollars a month of 730 hours',
  closedObject<CostPart>({
    prices: textType,
    now: costOfPlan,
    proposed: costOfPlan,
    taxes: closedObject<CostPart['taxes']>({ staleness: orReason(range), streaming: range }),
  }),
)

const planSetting = closedObject<PlanSetting>({ element: textType, title: textType })

const plans = closedObject<PlanPart>({
  now: listOf(planSetting),
  proposed: listOf(planSetting),
  decision: enumOf('change', 'keep what runs', 'no dollar verdict', 'undecided'),
  net: optional(
    described('dollars a month, net of costs: low is the least earned at the dearest prices, high the most at the cheapest', estimate),
  ),
  compared: described('plans that were looked at', countType),
  evaluated: described('of these, plans with decisions of their own: the others differ from one in cost alone', countType),
  marginal: listOf(closedObject<PlanPart['marginal'][number]>({ element: textType, title: textType, net: orReason(estimate) })),
  others: described(
    'the next best plans by the block that chose, and the one that costs least; nothing is decided by them',
    listOf(
      closedObject<OtherPlan>({
        changes: listOf(planSetting),
        cost: described('dollars a month in a steady year', orReason(range)),
        net: orReason(estimate),
      }),
    ),
  ),
  edits: listOf(closedObject<PlanEdit>({ file: textType, line: { type: 'integer', minimum: 1 }, before: textType, after: textType })),
  byHand: described('changes that no edit makes', listOf(textType)),
})

const finding = closedObject<Finding>({ kind: enumOf('wasted', 'starved', 'queued'), element: textType, text: textType })

const reproduce = closedObject<Reproduction>({
  command: textType,
  version: textType,
  seed: numberType,
  draws: countType,
  decisions: textType,
  definitions: textType,
})

const incidentModel = closedObject<IncidentModelPart>({
  text: described('which model the curves of incidents are of', textType),
  trainings: described('models that were fitted, each as of its time', countType),
  champion: optional(
    closedObject<NonNullable<IncidentModelPart['champion']>>({
      version: countType,
      decisions: described('judged decisions that it scores', countType),
    }),
  ),
})

const definitions = { element, history, utility, stages, costs, plans, finding, reproduce }

/** Schema of `audit.json`. */
export const auditReportSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:spillway:audit:1',
  title: 'What a latency audit by Spillway found',
  ...closedObject<AuditReport>({
    format: { const: 'spillway-audit/1' },
    pipeline: textType,
    fingerprint: textType,
    model: textType,
    incidentModel: optional(incidentModel),
    answer: described('what to do, and what it rests on', tupleOf(textType, textType)),
    history: ref('history'),
    utility: ref('utility'),
    stages: orReason(ref('stages')),
    elements: listOf(ref('element')),
    costs: orReason(ref('costs')),
    plans: ref('plans'),
    findings: listOf(ref('finding')),
    caveats: listOf(textType),
    assumptions: listOf(textType),
    reproduce: ref('reproduce'),
  }),
  $defs: definitions,
}
