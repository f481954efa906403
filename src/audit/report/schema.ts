/** JSON schema (draft 2020-12) of `audit.json`, the contract for other programs. It compiles only while it matches `AuditReport`. */
import type { ScheduleIR } from '../../define/ir/schedule-ir.ts'
import type { Setting } from '../domain/element.ts'
import type {
  AgePart,
  AuditReport,
  BlockPart,
  CostLine,
  CostOfPlan,
  CostPart,
  Effect,
  ElementPart,
  Estimate,
  Finding,
  HistoryPart,
  Knee,
  NoInterval,
  OtherPlan,
  Performance,
  Percentiles,
  PlanEdit,
  PlanPart,
  PlanSetting,
  Range,
  Rung,
  StagePart,
  StagesPart,
  UtilityPart,
  Verdict,
} from '../domain/audit-report.ts'
import type { IncidentModelPart } from '../domain/incident-model.ts'
import type { Reproduce } from '../domain/reproduce.ts'
import {
  described,
  either,
  list,
  maybe,
  number,
  object,
  oneOf,
  or,
  part,
  span,
  text,
  time,
  tuple,
  whole,
  type Schema,
} from './schema-terms.ts'

const ref = (name: keyof typeof definitions): Schema => ({ $ref: `#/$defs/${name}` })

const estimate = object<Estimate>({ value: number, low: number, high: number })
const range = object<Range>({ low: number, base: number, high: number })
const nullable: Schema = { type: ['number', 'null'], minimum: 0, maximum: 1 }

const schedule = either(
  object<Extract<ScheduleIR, { kind: 'cron' }>>({ kind: oneOf('cron'), cron: text, zone: text }),
  object<Extract<ScheduleIR, { kind: 'interval' }>>({ kind: oneOf('interval'), every: span, phase: span }),
)

type SettingOf<K extends Setting['kind']> = Extract<Setting, { kind: K }>

const setting = either(
  object<{ readonly kind: 'now' | 'stream' | 'trace' | 'inline' | 'async' }>({ kind: oneOf('now', 'stream', 'trace', 'inline', 'async') }),
  object<SettingOf<'faster'>>({ kind: oneOf('faster'), part }),
  object<SettingOf<'older'>>({ kind: oneOf('older'), by: span }),
  object<{ readonly kind: 'every' | 'digest'; readonly every: number }>({ kind: oneOf('every', 'digest'), every: span }),
  object<SettingOf<'batch'>>({ kind: oneOf('batch'), schedule, lasts: span }),
  object<SettingOf<'hybrid'>>({ kind: oneOf('hybrid'), schedule }),
)

const performance = object<Performance>({
  aWeek: described('utility in a week; plans and costs are of a month of 730 hours', number),
  actionsAWeek: number,
  precision: nullable,
  recall: nullable,
  auc: nullable,
  empty: maybe(part),
})

const effect = object<Effect>({
  aWeek: described(
    'utility in a week, less that of now; without an interval the reason, with the point estimate where there is one',
    either(estimate, object<NoInterval>({ why: text, value: maybe(number) })),
  ),
  leaveOneOut: maybe(tuple(number, number)),
  worstWeek: maybe(number),
  slices: maybe(list(object<NonNullable<Effect['slices']>[number]>({ name: text, aWeek: number }))),
  performance,
})

const rung = object<Rung>({
  setting,
  title: text,
  age: span,
  literal: maybe(oneOf('−90 %', 'next schedule')),
  frozen: described('the same model at the same threshold: what an incident costs', effect),
  frozenAtBudget: described('the same model, acting as often as now in each judged block', effect),
  refit: described('a model trained on features as old, acting as often as now: what a planned change costs', or(effect)),
})

const verdict = object<Verdict>({ choice: text, why: text, moreWeeks: maybe(number), breakEven: maybe(or(estimate)) })

const knee = or(object<Knee>({ age: span, loss: number, beyond: maybe({ type: 'boolean' }) }))

const element = object<ElementPart>({
  element: described('ingestion, group/NAME, groups, inference, action or training', text),
  kind: described(
    'groups: all that are fresher than a day, older at once; no plan sets them so',
    oneOf('ingestion', 'group', 'groups', 'inference', 'action', 'training'),
  ),
  title: text,
  groups: maybe(described('of groups, their names', list(text))),
  now: object<ElementPart['now']>({
    setting,
    title: text,
    age: either(object<AgePart>({ p50: span, p95: span, from: oneOf('measured', 'by its placement', 'from its history') }), {
      type: 'null',
    }),
  }),
  rungs: list(rung),
  notObservable: maybe(text),
  unplanned: maybe(described('why no plan runs it otherwise, though it has a curve', text)),
  knee: described(
    'of an incident, by frozen and frozenAtBudget, the younger: the oldest age that hardly loses; what a freshness objective is set to',
    knee,
  ),
  refitKnee: described('of a planned change, by refit: how old a placement may be that somebody chooses', knee),
  verdict,
  marks: list(either(oneOf('ok', 'may lose', 'loses', 'collapse'), { type: 'null' })),
})

const block = object<BlockPart>({ decisions: whole, from: time, until: time })

const history = object<HistoryPart>({
  from: time,
  until: time,
  weeks: number,
  events: whole,
  decisions: whole,
  labelled: whole,
  positive: whole,
  notEligible: whole,
  unknown: whole,
  censored: whole,
  undone: maybe(
    object<NonNullable<HistoryPart['undone']>>({
      count: whole,
      positive: whole,
      hidden: whole,
      weight: tuple(number, number),
      effective: number,
      isUsed: { type: 'boolean' },
    }),
  ),
  blocks: object<HistoryPart['blocks']>({ train: block, tune: block, select: block, report: block }),
  clusters: list(object<HistoryPart['clusters'][number]>({ name: text, count: whole, effective: number })),
})

const utility = object<UtilityPart>({
  name: text,
  unit: text,
  basis: described('what a decision counts: the terms of the worth', text),
  dollars: maybe(number),
  budget: number,
  threshold: number,
  thresholdFrom: text,
  now: performance,
  retrained: described('by a model trained anew on fresh features, at as many alerts: what refit differs from', or(performance)),
  charge: maybe(described('what each wrong action more than now is taken to cost at the fixed threshold, units', number)),
  unjudged: described('of the actions of now, the part that nothing is said of', part),
})

const percentiles = { p50: span, p95: span, p99: span }

const stage = object<StagePart>({
  stage: oneOf('ingestion', 'features', 'inference', 'action queue', 'action delivery', 'action acknowledgement'),
  ...percentiles,
  critical: part,
  p99IfTenth: span,
})

const stages = object<StagesPart>({
  decisions: whole,
  among: maybe(object<NonNullable<StagesPart['among']>>({ decisions: whole, by: oneOf('effect', 'newest') })),
  from: time,
  until: time,
  stages: list(stage),
  whole: object<Percentiles>(percentiles),
  deadline: maybe(object<NonNullable<StagesPart['deadline']>>({ ms: span, met: part })),
})

const costLine = object<CostLine>({
  of: text,
  title: text,
  range,
  basis: oneOf('measured', 'modelled'),
  arithmetic: text,
  firstYear: maybe(range),
})

const costOfPlan = object<CostOfPlan>({ firstYear: range, steadyYear: range, lines: list(costLine) })

const costs = described(
  'dollars a month of 730 hours',
  object<CostPart>({
    prices: text,
    now: costOfPlan,
    proposed: costOfPlan,
    taxes: object<CostPart['taxes']>({ staleness: or(range), streaming: range }),
  }),
)

const planSetting = object<PlanSetting>({ element: text, title: text })

const plans = object<PlanPart>({
  now: list(planSetting),
  proposed: list(planSetting),
  decision: oneOf('change', 'keep what runs', 'no dollar verdict', 'undecided'),
  net: maybe(
    described('dollars a month, net of costs: low is the least earned at the dearest prices, high the most at the cheapest', estimate),
  ),
  compared: described('plans that were looked at', whole),
  evaluated: described('of these, plans with decisions of their own: the others differ from one in cost alone', whole),
  marginal: list(object<PlanPart['marginal'][number]>({ element: text, title: text, net: or(estimate) })),
  others: described(
    'the next best plans by the block that chose, and the one that costs least; nothing is decided by them',
    list(
      object<OtherPlan>({ changes: list(planSetting), cost: described('dollars a month in a steady year', or(range)), net: or(estimate) }),
    ),
  ),
  edits: list(object<PlanEdit>({ file: text, line: { type: 'integer', minimum: 1 }, before: text, after: text })),
  byHand: described('changes that no edit makes', list(text)),
})

const finding = object<Finding>({ kind: oneOf('wasted', 'starved', 'queued'), element: text, text })

const reproduce = object<Reproduce>({ command: text, version: text, seed: number, draws: whole, decisions: text, definitions: text })

const incidentModel = object<IncidentModelPart>({
  text: described('which model the curves of incidents are of', text),
  trainings: described('models that were fitted, each as of its time', whole),
  champion: maybe(
    object<NonNullable<IncidentModelPart['champion']>>({
      version: whole,
      decisions: described('judged decisions that it scores', whole),
    }),
  ),
})

const definitions = { element, history, utility, stages, costs, plans, finding, reproduce }

/** Schema of `audit.json`. */
export const auditReportSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:spillway:audit:1',
  title: 'What a latency audit by Spillway found',
  ...object<AuditReport>({
    format: { const: 'spillway-audit/1' },
    pipeline: text,
    fingerprint: text,
    model: text,
    incidentModel: maybe(incidentModel),
    answer: described('what to do, and what it rests on', tuple(text, text)),
    history: ref('history'),
    utility: ref('utility'),
    stages: or(ref('stages')),
    elements: list(ref('element')),
    costs: or(ref('costs')),
    plans: ref('plans'),
    findings: list(ref('finding')),
    caveats: list(text),
    assumptions: list(text),
    reproduce: ref('reproduce'),
  }),
  $defs: definitions,
}
