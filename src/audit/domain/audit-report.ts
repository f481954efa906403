/**
 * What an audit found, as plain JSON: what the terminal, the page and other programs read. Nothing in it is computed by those who show it.
 *
 * Every number that was estimated has an interval or says why there is none; every line of a cost says whether it was measured or modelled. In place of a number that is not believed stands a reason.
 */
import type { UndonePart } from './cases.ts'
import type { Setting } from './element.ts'
import type { IncidentModelPart } from './incident-model.ts'
import type { Reproduce } from './reproduce.ts'

export interface AuditReport {
  readonly format: 'spillway-audit/1'
  readonly pipeline: string
  readonly fingerprint: string
  readonly model: string
  /** The model behind the curves of incidents; absent where the pipeline does not train it. */
  readonly incidentModel?: IncidentModelPart
  /** Two lines: what to do, and what it rests on. */
  readonly answer: readonly [string, string]
  readonly history: HistoryPart
  readonly utility: UtilityPart
  /** Where the time goes, of decisions that ran; a replay of files has none. */
  readonly stages: StagesPart | { readonly why: string }
  readonly elements: readonly ElementPart[]
  readonly costs: CostPart | { readonly why: string }
  readonly plans: PlanPart
  readonly findings: readonly Finding[]
  /** In words, those that were triggered. */
  readonly caveats: readonly string[]
  readonly assumptions: readonly string[]
  readonly reproduce: Reproduce
}

/** UTC ms where it is a time, ms where it is a span. */
export interface HistoryPart {
  readonly from: number
  readonly until: number
  /** 604,800,000 ms each, of those that decisions cover. */
  readonly weeks: number
  readonly events: number
  readonly decisions: number
  readonly labelled: number
  readonly positive: number
  readonly notEligible: number
  readonly unknown: number
  readonly censored: number
  /** Decisions that are judged and that an action left undone to see what comes of them, and whether they stand for others; absent where none had a chance to be. */
  readonly undone?: UndonePart & { readonly isUsed: boolean }
  /** Decisions in each block, and when it begins and ends. */
  readonly blocks: Readonly<Record<'train' | 'tune' | 'select' | 'report', BlockPart>>
  /** By entity and by time: how many clusters there are, and how many they are worth, (Σn)²/Σn². */
  readonly clusters: readonly { readonly name: string; readonly count: number; readonly effective: number }[]
}

export interface BlockPart {
  readonly decisions: number
  readonly from: number
  readonly until: number
}

/** Estimated; `[low, high]` covers 95 %, for all rungs of a ladder together. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface UtilityPart {
  /** `late arrivals caught`. */
  readonly name: string
  /** `late arrivals`, `min`, `$`. */
  readonly unit: string
  /** What a decision counts, in words: `the first action in time saves $50; an action that was wrong costs $10`. */
  readonly basis: string
  /** Dollars a unit, where the user says so, or the unit is dollars. */
  readonly dollars?: number
  readonly budget: number
  readonly threshold: number
  /** `the action's own` or `the part of decisions that may act, on the block in between`. */
  readonly thresholdFrom: string
  /** As the pipeline runs now. */
  readonly now: Performance
  /** The same history by a model trained anew on fresh features, at as many alerts: what `refit` differs from. */
  readonly retrained: Performance | { readonly why: string }
  /** The default cost of each wrong action more than now at the fixed threshold, units, where the worth states none. */
  readonly charge?: number
  /** Of the actions of now, the part without a known outcome. */
  readonly unjudged: number
}

/** Of the decisions of the blocks select and report. A week here, a month of 730 hours in costs and plans. */
export interface Performance {
  /** Utility in a week. */
  readonly aWeek: number
  readonly actionsAWeek: number
  /** Of actions whose label is known, the part that was right; null without actions. */
  readonly precision: number | null
  readonly recall: number | null
  /** Area under the ROC curve; null where one class is missing. */
  readonly auc: number | null
  /** Part of decisions for which the group had nothing: features NULL, or counts 0. Of a group's rungs. */
  readonly empty?: number
}

export interface ElementPart {
  readonly element: string
  /** `groups`: all that are fresher than a day, older at once, where there are two or more. It is not in plans, which set each by itself. */
  readonly kind: 'ingestion' | 'group' | 'groups' | 'inference' | 'action' | 'training'
  /** The group's name and what it computes, in short: `landings (1 h mean)`. */
  readonly title: string
  /** Of `groups`, their names. */
  readonly groups?: readonly string[]
  readonly now: { readonly setting: Setting; readonly title: string; readonly age: AgePart | null }
  /** From the freshest to the oldest. Empty with a reason. */
  readonly rungs: readonly Rung[]
  readonly notObservable?: string
  /** Why no plan runs it otherwise, though it has a curve: nothing is proposed of it. */
  readonly unplanned?: string
  /** Of an incident, by `frozen` and by `frozenAtBudget`, whichever is younger: the oldest age whose loss, by its upper bound, is still small. What a freshness objective is set to. */
  readonly knee: Knee | { readonly why: string }
  /** The same of a planned change, by `refit`: how old a placement may be that somebody chooses. */
  readonly refitKnee: Knee | { readonly why: string }
  readonly verdict: Verdict
  /** Of each rung, by its interval: `ok` loses no more than what counts as hardly anything; `may lose` may, `loses` does for sure, and `collapse` most of what is at stake; null where its change is not known. */
  readonly marks: readonly ('ok' | 'may lose' | 'loses' | 'collapse' | null)[]
}

/** Of the ages at decision, ms. */
export interface AgePart {
  readonly p50: number
  readonly p95: number
  readonly from: 'measured' | 'by its placement' | 'from its history'
}

export interface Rung {
  readonly setting: Setting
  /** `15 min`, `nightly at 02:00, 2 h`. */
  readonly title: string
  /** ms, mean; of a schedule the mean of its sawtooth, of `groups` that of the freshest. */
  readonly age: number
  readonly literal?: '−90 %' | 'next schedule'
  /** The same model at the same threshold: what an incident costs, wrong actions charged by default. */
  readonly frozen: Effect
  /** The same model, with as many actions as now in each judged block. */
  readonly frozenAtBudget: Effect
  /** Trained on features as old, with as many actions as now: what a planned change costs. */
  readonly refit: Effect | { readonly why: string }
}

/** Why there is no interval, and the point estimate, where there is one. */
export interface NoInterval {
  readonly why: string
  readonly value?: number
}

export interface Effect {
  /** Utility in a week, less that of now. Nothing is concluded from a point estimate without an interval. */
  readonly aWeek: Estimate | NoInterval
  /** The same with each cluster left out in turn: the least and the greatest. */
  readonly leaveOneOut?: readonly [number, number]
  /** The week in which the difference is greatest against it. */
  readonly worstWeek?: number
  readonly slices?: readonly { readonly name: string; readonly aWeek: number }[]
  readonly performance: Performance
}

export interface Knee {
  readonly age: number
  /** The greatest loss in a week, of utility, that its bound allows there. */
  readonly loss: number
  /** No rung of the ladder loses more: the knee is there or beyond. */
  readonly beyond?: boolean
}

export interface Verdict {
  /** `stream`, `hybrid`, `batch 1 day`, `on demand`; `micro-batch 15 min`; `on event`, `every 5 min`, `nightly`; `inline`, `asynchronous`, `digest`; `every week`; of `groups` `by the plan`; `safe to be a day old`; `undecided`; `not observable in this history`. */
  readonly choice: string
  readonly why: string
  /** Where it is undecided: how many more weeks of history would decide, if the difference is what it seems. */
  readonly moreWeeks?: number
  /** Dollars a unit from which on the fresher choice pays, where no price of utility is known. */
  readonly breakEven?: Estimate | { readonly why: string }
}

export interface StagesPart {
  readonly decisions: number
  /** Where these are not all decisions that ran: how many ran, and whether these are those whose effect was delivered, or the newest with stage times. */
  readonly among?: { readonly decisions: number; readonly by: 'effect' | 'newest' }
  readonly from: number
  readonly until: number
  readonly stages: readonly StagePart[]
  /** End to end, ms, and against the deadline where there is one. */
  readonly whole: Percentiles
  readonly deadline?: { readonly ms: number; readonly met: number }
}

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface StagePart extends Percentiles {
  readonly stage: 'ingestion' | 'features' | 'inference' | 'action queue' | 'action delivery' | 'action acknowledgement'
  /** The part of decisions in which it takes longest. */
  readonly critical: number
  /** End to end p99, ms, if this stage alone took a tenth, from the samples. */
  readonly p99IfTenth: number
}

/** A month is 730 hours. Dollars. */
export interface CostPart {
  readonly prices: string
  readonly now: CostOfPlan
  readonly proposed: CostOfPlan
  /** What late features cost, and what streaming them does: the staleness tax and the streaming tax, dollars a month. */
  readonly taxes: { readonly staleness: Range | { readonly why: string }; readonly streaming: Range }
}

export interface Range {
  readonly low: number
  readonly base: number
  readonly high: number
}

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
  /** Of people in the first year. */
  readonly firstYear?: Range
}

export interface PlanPart {
  readonly now: readonly PlanSetting[]
  readonly proposed: readonly PlanSetting[]
  /** `keep what runs` where no plan's lower bound is above zero; without a price of utility there is no dollar verdict. */
  readonly decision: 'change' | 'keep what runs' | 'no dollar verdict' | 'undecided'
  /**
   * Dollars a month, of the proposed plan against the one that runs: on the block `report`, which did not choose it. What is earned minus what it costs: `low` is the least that is earned at
   * the dearest prices, `high` the most at the cheapest.
   */
  readonly net?: Estimate
  /** Plans that were looked at on the block `select`, which chose. */
  readonly compared: number
  /** How many of them have decisions of their own, which `--plans` bounds; the others differ from one of those in cost alone. */
  readonly evaluated: number
  /** Of each change: what it adds to the plan by itself, and what the plan loses without it, dollars a month, net of costs as `net` is. */
  readonly marginal: readonly { readonly element: string; readonly title: string; readonly net: Estimate | { readonly why: string } }[]
  /** What else could be run, and what it would cost: the next best by the block that chose, and the one that costs least. Nothing is decided by them. */
  readonly others: readonly OtherPlan[]
  /** The edit of the user's file. */
  readonly edits: readonly PlanEdit[]
  /** In words, each change that is no placement of a group, and so no edit: what to write, and where. */
  readonly byHand: readonly string[]
}

/** A plan that is neither what runs nor proposed. */
export interface OtherPlan {
  /** What would run otherwise than now. */
  readonly changes: readonly PlanSetting[]
  /** Dollars a month in a steady year. */
  readonly cost: Range | { readonly why: string }
  /** Against what runs, as `net` of the proposed plan is. */
  readonly net: Estimate | { readonly why: string }
}

export interface PlanSetting {
  readonly element: string
  readonly title: string
}

/** A line of the user's file that would be another. */
export interface PlanEdit {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly before: string
  readonly after: string
}

export interface Finding {
  readonly kind: 'wasted' | 'starved' | 'queued'
  readonly element: string
  readonly text: string
}
