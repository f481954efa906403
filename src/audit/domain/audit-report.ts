/**
 * The audit report as plain JSON. Its readers (terminal, page, programs) compute nothing. Every estimate has an interval or the reason for
 * none (`why`), and every cost line says whether it was measured or modelled.
 */
import type { ExplorationPart } from './cases.ts'
import type { ElementSetting } from './element.ts'
import type { IncidentModelPart } from './incident-model.ts'
import type { Reproduction } from './reproduction.ts'

/** The result of an audit, the content of `audit.json`. */
export interface AuditReport {
  readonly format: 'spillway-audit/1'
  readonly pipeline: string
  readonly fingerprint: string
  readonly model: string
  /** The model behind the curves without retraining; absent where the pipeline does not train it. */
  readonly incidentModel?: IncidentModelPart
  /** Two lines: the recommendation, and its basis. */
  readonly answer: readonly [string, string]
  readonly history: HistoryPart
  readonly utility: UtilityPart
  /** Stage latencies of recorded decisions; a replay of files has none. */
  readonly stages: StagesPart | { readonly why: string }
  readonly elements: readonly ElementPart[]
  readonly costs: CostPart | { readonly why: string }
  readonly plans: PlanPart
  readonly findings: readonly Finding[]
  readonly caveats: readonly string[]
  readonly assumptions: readonly string[]
  readonly reproduce: Reproduction
}

/** Times are UTC ms, spans are ms. */
export interface HistoryPart {
  readonly from: number
  readonly until: number
  /** Weeks of 604,800,000 ms that the decisions cover. */
  readonly weeks: number
  readonly events: number
  readonly decisions: number
  readonly labelled: number
  readonly positive: number
  readonly notEligible: number
  readonly unknown: number
  readonly censored: number
  /** Judged decisions whose action was withheld to explore, and whether propensity weights use them; absent without exploration. */
  readonly undone?: ExplorationPart & { readonly isUsed: boolean }
  /** The number of decisions in each block, and the block's first and last time. */
  readonly blocks: Readonly<Record<'train' | 'tune' | 'select' | 'report', BlockPart>>
  /** Clusters by entity and by time: their number, and the effective sample size (Σn)²/Σn². */
  readonly clusters: readonly { readonly name: string; readonly count: number; readonly effective: number }[]
}

export interface BlockPart {
  readonly decisions: number
  readonly from: number
  readonly until: number
}

/** An estimate. `[low, high]` is a 95 % confidence interval, simultaneous over all levels of a sweep. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface UtilityPart {
  /** The value function's name: `late arrivals caught`. */
  readonly name: string
  /** `late arrivals`, `min`, `$`. */
  readonly unit: string
  /** The valuation of a decision, in words: `the first action in time saves $50; a wrong action costs $10`. */
  readonly basis: string
  /** The value per unit, dollars, where the user states it or the unit is dollars. */
  readonly dollars?: number
  readonly budget: number
  readonly threshold: number
  /** `the action's own`, or `the part of decisions that may act, on the block in between`. */
  readonly thresholdFrom: string
  /** The pipeline as it runs now. */
  readonly now: Performance
  /** The model retrained on fresh features, at equal alert volume: the reference of `refit`. */
  readonly retrained: Performance | { readonly why: string }
  /** The default cost of each wrong action beyond those of now, units, at the fixed threshold; where the value function has none. */
  readonly charge?: number
  /** The share of the current actions without a known outcome. */
  readonly unjudged: number
}

/** Figures over the blocks `select` and `report`, per week. Costs and plans are per month of 730 hours. */
export interface Performance {
  /** Value per week, in units. */
  readonly aWeek: number
  readonly actionsAWeek: number
  /** The share of correct actions among those with a known label; null without actions. */
  readonly precision: number | null
  readonly recall: number | null
  /** Area under the ROC curve; null where a class is missing. */
  readonly auc: number | null
  /** The share of decisions for which the feature group was empty: features NULL, or counts 0. Present in levels of a feature group. */
  readonly empty?: number
}

export interface ElementPart {
  readonly element: string
  /** `groups`: all feature groups fresher than a day, aged together, where there are at least two. Plans set each group by itself. */
  readonly kind: 'ingestion' | 'group' | 'groups' | 'inference' | 'action' | 'training'
  /** The feature group's name and content in short: `landings (1 h mean)`. */
  readonly title: string
  readonly groups?: readonly string[]
  readonly now: { readonly setting: ElementSetting; readonly title: string; readonly age: AgePart | null }
  /** The staleness levels, freshest first. Empty with a reason. */
  readonly rungs: readonly SweepLevel[]
  readonly notObservable?: string
  /** Why no plan changes this element although it has a curve. */
  readonly unplanned?: string
  /** Without retraining: the oldest age whose loss is small by its upper bound, fixed threshold and equal alert volume alike. */
  readonly knee: FreshnessThreshold | { readonly why: string }
  /** With retraining, by `refit`: how old a chosen placement may be. */
  readonly refitKnee: FreshnessThreshold | { readonly why: string }
  readonly verdict: ElementVerdict
  /**
   * By interval: `ok` within the tolerated loss, `may lose` and `loses` (for certain) beyond it, `collapse` most of the value; null
   * unknown.
   */
  readonly marks: readonly ('ok' | 'may lose' | 'loses' | 'collapse' | null)[]
}

/** Feature ages at decision time, ms. */
export interface AgePart {
  readonly p50: number
  readonly p95: number
  readonly from: 'measured' | 'by its placement' | 'from its history'
}

export interface SweepLevel {
  readonly setting: ElementSetting
  /** `15 min`, `nightly at 02:00, 2 h`. */
  readonly title: string
  /** The mean age, ms. For a schedule: the mean of its sawtooth; for `groups`: the age of the freshest group. */
  readonly age: number
  readonly literal?: '−90 %' | 'next schedule'
  /** Without retraining, at the same threshold: the cost of an incident, with default costs for wrong actions. */
  readonly frozen: SweepEffect
  /** Without retraining, at equal alert volume in each judged block. */
  readonly frozenAtBudget: SweepEffect
  /** With retraining on features of this age, at equal alert volume: the cost of a planned change. */
  readonly refit: SweepEffect | { readonly why: string }
}

/** The reason why there is no interval, and the point estimate if there is one. */
export interface NoInterval {
  readonly why: string
  readonly value?: number
}

export interface SweepEffect {
  /** The weekly value less that of now. A point estimate without an interval supports no conclusion. */
  readonly aWeek: Estimate | NoInterval
  /** The jackknife range: the least and the greatest difference with one cluster left out. */
  readonly leaveOneOut?: readonly [number, number]
  /** The difference of the worst week. */
  readonly worstWeek?: number
  readonly slices?: readonly { readonly name: string; readonly aWeek: number }[]
  readonly performance: Performance
}

export interface FreshnessThreshold {
  readonly age: number
  /** The greatest weekly loss, in units, that the upper bound allows at this age. */
  readonly loss: number
  /** True where no level of the sweep loses more: the threshold is at this age or beyond. */
  readonly beyond?: boolean
}

export interface ElementVerdict {
  /**
   * A setting's title (`stream`, `batch 1 day`, `on event`, `inline`), `by the plan`, `safe to be a day old`, `undecided`, or not
   * observable.
   */
  readonly choice: string
  readonly why: string
  /** For `undecided`: the additional weeks of history that would decide if the point estimate is right. */
  readonly moreWeeks?: number
  /** The break-even value, dollars per unit, above which the fresher choice pays. Present where no value per unit is known. */
  readonly breakEven?: Estimate | { readonly why: string }
}

export interface StagesPart {
  readonly decisions: number
  /** The selection of the decisions: the number that ran, and whether these had a delivered effect or are the newest with stage times. */
  readonly among?: { readonly decisions: number; readonly by: 'effect' | 'newest' }
  readonly from: number
  readonly until: number
  readonly stages: readonly StagePart[]
  /** End-to-end latency, ms; the deadline follows where there is one. */
  readonly whole: Percentiles
  readonly deadline?: { readonly ms: number; readonly met: number }
}

/** Latency percentiles, ms. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface StagePart extends Percentiles {
  readonly stage: 'ingestion' | 'features' | 'inference' | 'action queue' | 'action delivery' | 'action acknowledgement'
  /** The share of decisions in which this stage takes longest. */
  readonly critical: number
  /** End-to-end p99, ms, if this stage alone took a tenth of its time; computed from the samples. */
  readonly p99IfTenth: number
}

/** Costs in dollars; a month is 730 hours. */
export interface CostPart {
  readonly prices: string
  readonly now: CostOfPlan
  readonly proposed: CostOfPlan
  /** The staleness tax (the cost of late features) and the streaming tax (the cost of streaming), dollars a month. */
  readonly taxes: { readonly staleness: Range | { readonly why: string }; readonly streaming: Range }
}

/** A cost at low, base and high prices, dollars. */
export interface Range {
  readonly low: number
  readonly base: number
  readonly high: number
}

/** The costs of one plan, dollars a month, and their lines. */
export interface CostOfPlan {
  readonly firstYear: Range
  readonly steadyYear: Range
  readonly lines: readonly CostLine[]
}

export interface CostLine {
  /** `slots`, `broker`, `state`, `storage`, `requests`, `egress`, `people`. */
  readonly of: string
  readonly title: string
  readonly range: Range
  readonly basis: 'measured' | 'modelled'
  /** The arithmetic: `0.42 cores × 730 h × $0.0425`. */
  readonly arithmetic: string
  /** The first year's cost, for people. */
  readonly firstYear?: Range
}

export interface PlanPart {
  readonly now: readonly PlanSetting[]
  readonly proposed: readonly PlanSetting[]
  /** `keep what runs` where no plan's lower bound is above zero; `no dollar verdict` without a value per unit. */
  readonly decision: 'change' | 'keep what runs' | 'no dollar verdict' | 'undecided'
  /** Net dollars a month over the current plan, on the block `report`: `low` at the highest prices, `high` at the lowest. */
  readonly net?: Estimate
  /** The number of plans compared on the block `select`, which chooses. */
  readonly compared: number
  /** The number of compared plans with distinct decisions, bounded by `--plans`. The other plans differ from one of these in cost alone. */
  readonly evaluated: number
  /** For each change: the value it adds to the plan, and the value the plan loses without it; net dollars a month. */
  readonly marginal: readonly { readonly element: string; readonly title: string; readonly net: Estimate | { readonly why: string } }[]
  /** Alternative plans with their costs: the next best by the block `select`, and the cheapest. The decision does not depend on them. */
  readonly others: readonly OtherPlan[]
  readonly edits: readonly PlanEdit[]
  /** The changes that are not feature group placements, and so have no edit: what to write, and where. */
  readonly byHand: readonly string[]
}

/** A plan that neither runs nor is proposed. */
export interface OtherPlan {
  readonly changes: readonly PlanSetting[]
  /** Dollars a month in a steady year. */
  readonly cost: Range | { readonly why: string }
  /** The net value over the current plan, like `PlanPart.net`. */
  readonly net: Estimate | { readonly why: string }
}

export interface PlanSetting {
  readonly element: string
  readonly title: string
}

/** A changed line of the user's file. */
export interface PlanEdit {
  readonly file: string
  readonly line: number
  readonly before: string
  readonly after: string
}

export interface Finding {
  readonly kind: 'wasted' | 'starved' | 'queued'
  readonly element: string
  readonly text: string
}
