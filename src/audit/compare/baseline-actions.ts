/** Actions of the current pipeline: its threshold, its alert volume in each judged block, and the default cost of a wrong action. */
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { Cases, PlanDecisions, RowRange } from '../domain/cases.ts'
import {
  alertRuleOf,
  actingAtVolume,
  actingRows,
  actingRowsAt,
  alertsAt,
  alertsWithLeadIn,
  countAtOrAbove,
  eligibleScores,
  hasKnownOutcome,
  thresholdForShare,
  type BlockVolume,
  type AlertEvaluation,
  type ValueFunction,
} from '../value/index.ts'

/** Threshold and share of decisions that act. */
export interface BaselineActions {
  readonly threshold: number
  /** Origin of the threshold, in words. */
  readonly from: string
  /** Number of decisions of the block `tune` that act, among the scored and eligible ones, and their share. */
  readonly count: number
  readonly part: number
  /** Milliseconds in which a key does not act again; 0 without a cooldown. */
  readonly cooldown: number
}

/** The pipeline whose actions are the baseline. */
export interface BaselineActionsInputs {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** Share of decisions that may act, where no action has a threshold. */
  readonly budget: number | undefined
}

/** Cost of all wrong actions together, as a share of the value of all right ones, if the user states none. */
const DEFAULT_COST_PART = 0.2

/**
 * Alerts of any plan by the rule of the current pipeline: at its threshold, or at its alert volume.
 *
 * Each judged block has its own volume. Scores drift between blocks, so a count from another block would compare volumes and not skill.
 */
export class BaselineAlerts {
  readonly actions: BaselineActions
  readonly #cases: Cases
  readonly #scored: RowRange
  readonly #volumes: readonly BlockVolume[]

  /** `decided` are the decisions of the current pipeline, with scores of the rows `scored`. */
  constructor(cases: Cases, scored: RowRange, decided: PlanDecisions, inputs: BaselineActionsInputs) {
    this.#cases = cases
    this.#scored = scored
    this.actions = baselineActionsOf(cases, decided, inputs)
    this.#volumes = alertVolumesOf(cases, eligibleScores(cases, decided.score), actingRows(this.atThreshold(decided)), this.actions)
  }

  /** Alerts at the threshold of the current pipeline. */
  atThreshold(decided: PlanDecisions): AlertEvaluation {
    const [cases, scored] = [this.#cases, this.#scored]
    const { threshold, cooldown } = this.actions
    const score = eligibleScores(cases, decided.score)
    const acting = cooldown === 0 ? actingRowsAt(score, cases.blocks.test, threshold) : undefined
    return evaluationOf(cases, decided, acting, () => alertsAt(cases, score, { threshold, cooldown, rows: scored }))
  }

  /** Alerts at the volume of the current pipeline, among the decisions that a slower cadence leaves. */
  atVolume(decided: PlanDecisions): AlertEvaluation {
    const [cases, scored, volumes] = [this.#cases, this.#scored, this.#volumes]
    const { cooldown } = this.actions
    const score = eligibleScores(cases, decided.score)
    const ranked = decided.ranked ? eligibleScores(cases, decided.ranked) : score
    const acting = actingAtVolume(cases, score, volumes, cooldown, ranked)
    return evaluationOf(cases, decided, acting, () => alertsWithLeadIn(cases, score, acting, { first: volumes[0].rows, scored, cooldown }))
  }

  /**
   * Default cost of a wrong action, in units. On the block `tune`, all wrong actions cost DEFAULT_COST_PART of the value of the right ones;
   * one wrong action never costs more than a right one is worth. Charged only at the fixed threshold, where the alert volume may change. 0
   * if no action is wrong.
   */
  defaultCharge(decided: PlanDecisions, { sparse }: ValueFunction): number {
    const cases = this.#cases
    const rows = cases.blocks.tune
    const alert = alertsAt(cases, eligibleScores(cases, decided.score), { ...this.actions, rows })
    const inputs: AlertEvaluation = { cases, decided, alert, rows }
    let [right, wrong] = [0, 0]
    for (const row of actingRows(inputs)) {
      if (!hasKnownOutcome(cases, row)) continue
      if (cases.label[row] === 1) right++
      else wrong++
    }
    const { sum } = sparse(inputs)
    return wrong === 0 || sum <= 0 ? 0 : Math.min((DEFAULT_COST_PART * sum) / wrong, sum / Math.max(1, right))
  }

  /**
   * Share of the current pipeline's actions whose correctness is unknown: their outcome had begun already, or their label is unknown. 0
   * without an action.
   */
  unjudgedShare({ score }: PlanDecisions): number {
    const cases = this.#cases
    const alert = alertsAt(cases, score, { ...this.actions, rows: this.#scored })
    const { test } = cases.blocks
    let [acts, unjudged] = [0, 0]
    for (let row = test.from; row < test.to; row++) {
      if (alert[row] === 0) continue
      acts++
      if (!hasKnownOutcome(cases, row)) unjudged++
    }
    return acts === 0 ? 0 : unjudged / acts
  }
}

/** An evaluation of the block `test`. Its alerts are computed on demand, since most value functions read only the acting rows. */
function evaluationOf(cases: Cases, decided: PlanDecisions, acting: Int32Array | undefined, alertsOf: () => Uint8Array): AlertEvaluation {
  let alert: Uint8Array | undefined
  return {
    cases,
    decided,
    rows: cases.blocks.test,
    get alert() {
      return (alert ??= alertsOf())
    },
    acting,
  }
}

/** The model's own threshold, or the one at which `budget` of the decisions of the block `tune` act. */
function baselineActionsOf(cases: Cases, decided: PlanDecisions, { ir, model, budget }: BaselineActionsInputs): BaselineActions {
  const { tune } = cases.blocks
  const score = eligibleScores(cases, decided.score)
  const rule = alertRuleOf(ir, model.name)
  const cooldown = rule?.cooldown ?? 0
  if (rule && budget === undefined) {
    const [count, scored] = [rule.threshold, -Infinity].map(from => countAtOrAbove(score, tune, from))
    return { threshold: rule.threshold, from: `the action '${rule.action}'`, count, part: count / Math.max(1, scored), cooldown }
  }
  const share = budget ?? 0
  const { threshold, acts: count, scored } = thresholdForShare(score, tune, share)
  const from = `at most ${percent(share)} of decisions act, on the block before those that are judged`
  return { threshold, from, count, part: count / Math.max(1, scored), cooldown }
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(3))} %`

/**
 * Number of acting decisions in each judged block at the current threshold: `select` up to `report`, then `report`. If drift leaves none
 * above the threshold, the block `tune` sets the share, because an equal volume of 0 would compare nothing.
 */
function alertVolumesOf({ blocks }: Cases, score: Float64Array, acting: Int32Array, { part }: BaselineActions): BlockVolume[] {
  const { select, report } = blocks
  return [{ from: select.from, to: report.from }, report].flatMap((rows): BlockVolume[] => {
    if (rows.to <= rows.from) return []
    const acts = acting.reduce((count, row) => count + (row >= rows.from && row < rows.to ? 1 : 0), 0)
    return [{ rows, count: acts > 0 ? acts : Math.round(part * countAtOrAbove(score, rows, -Infinity)) }]
  })
}
