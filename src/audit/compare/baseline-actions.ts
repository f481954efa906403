/** Actions of the current pipeline: its threshold, the alert volume of each judged block, and the default cost of a wrong action. */
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import {
  alertRuleOf,
  actingRows,
  alertsAt,
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

interface BaselineActionsInputs {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** Share of decisions that may act, where no action has a threshold. */
  readonly budget: number | undefined
}

/** The model's own threshold, or the one at which `budget` of the decisions of the block `tune` act. */
export function baselineActionsOf(cases: Cases, decided: Decided, { ir, model, budget }: BaselineActionsInputs): BaselineActions {
  const { tune } = cases.blocks
  const score = eligibleScores(cases, decided.score)
  const acting = alertRuleOf(ir, model.name)
  const cooldown = acting?.cooldown ?? 0
  if (acting && budget === undefined) {
    const [acts, scored] = [acting.threshold, -Infinity].map(from => countAtOrAbove(score, tune, from))
    return { threshold: acting.threshold, from: `the action '${acting.action}'`, count: acts, part: acts / Math.max(1, scored), cooldown }
  }
  const { threshold, acts, scored } = thresholdForShare(score, tune, budget ?? 0)
  return {
    threshold,
    from: `at most ${percent(budget ?? 0)} of decisions act, on the block before those that are judged`,
    count: acts,
    part: acts / Math.max(1, scored),
    cooldown,
  }
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(3))} %`

/**
 * Number of acting decisions in each judged block at the current threshold: `select` up to `report`, then `report`. If drift leaves none
 * above the threshold, the block `tune` sets the share, because an equal volume of 0 would compare nothing.
 */
export function alertVolumesOf({ blocks }: Cases, score: Float64Array, acting: Int32Array, { part }: BaselineActions): BlockVolume[] {
  const { select, report } = blocks
  return [{ from: select.from, to: report.from }, report].flatMap((rows): BlockVolume[] => {
    if (rows.to <= rows.from) return []
    const acts = acting.reduce((count, row) => count + (row >= rows.from && row < rows.to ? 1 : 0), 0)
    return [{ rows, count: acts > 0 ? acts : Math.round(part * countAtOrAbove(score, rows, -Infinity)) }]
  })
}

/** Cost of all wrong actions together, as a share of the value of all right ones, if the user states none. */
export const DEFAULT_COST_PART = 0.2

/**
 * Default cost of a wrong action, in units. On the block `tune`, all wrong actions cost DEFAULT_COST_PART of the value of the right ones;
 * one wrong action never costs more than a right one is worth. Charged only at the fixed threshold, where the alert volume may change. 0 if
 * no action is wrong.
 */
export function defaultCharge(
  { cases, decided }: Pick<AlertEvaluation, 'cases' | 'decided'>,
  acts: BaselineActions,
  { sparse }: ValueFunction,
): number {
  const rows = cases.blocks.tune
  const alert = alertsAt(cases, eligibleScores(cases, decided.score), { ...acts, rows })
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
export function unjudgedShare(cases: Cases, { score }: Decided, { threshold, cooldown }: BaselineActions, scored: RowRange): number {
  const alert = alertsAt(cases, score, { threshold, cooldown, rows: scored })
  const { test } = cases.blocks
  let [acts, unjudged] = [0, 0]
  for (let row = test.from; row < test.to; row++) {
    if (alert[row] === 0) continue
    acts++
    if (!hasKnownOutcome(cases, row)) unjudged++
  }
  return acts === 0 ? 0 : unjudged / acts
}
