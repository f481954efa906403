/** Actions of the pipeline as it runs: the threshold, the alert volume of each judged block, and the default cost of a wrong action where the worth states none. */
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import {
  actingOf,
  actingRows,
  alertsAt,
  countAtOrAbove,
  eligibleScores,
  isJudged,
  thresholdForPart,
  type BlockVolume,
  type Given,
  type Utility,
} from '../value/index.ts'

/** How many act, and what said so. */
export interface Acts {
  readonly threshold: number
  readonly from: string
  /** Of the scored, eligible decisions of the block `tune`, those that act, and their part. */
  readonly count: number
  readonly part: number
  readonly cooldown: number
}

interface ActsGiven {
  readonly ir: PipelineIR
  readonly model: ModelIR
  /** The part of decisions that may act, where no action says from which score on. */
  readonly budget: number | undefined
}

export function actsOf(cases: Cases, decided: Decided, { ir, model, budget }: ActsGiven): Acts {
  const { tune } = cases.blocks
  const score = eligibleScores(cases, decided.score)
  const acting = actingOf(ir, model.name)
  const cooldown = acting?.cooldown ?? 0
  if (acting && budget === undefined) {
    const [acts, scored] = [acting.threshold, -Infinity].map(from => countAtOrAbove(score, tune, from))
    return { threshold: acting.threshold, from: `the action '${acting.action}'`, count: acts, part: acts / Math.max(1, scored), cooldown }
  }
  const { threshold, acts, scored } = thresholdForPart(score, tune, budget ?? 0)
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
 * The judged blocks, `select` and `report` with what lies between them, and how many decisions of each act at the threshold of what runs. Where drift leaves none of a block above it, as many as the
 * part that acted on the block `tune`: an equal volume of nothing would compare nothing.
 */
export function volumesOf({ blocks }: Cases, score: Float64Array, acting: Int32Array, { part }: Acts): BlockVolume[] {
  const { select, report } = blocks
  return [{ from: select.from, to: report.from }, report].flatMap((rows): BlockVolume[] => {
    if (rows.to <= rows.from) return []
    const acts = acting.reduce((count, row) => count + (row >= rows.from && row < rows.to ? 1 : 0), 0)
    return [{ rows, count: acts > 0 ? acts : Math.round(part * countAtOrAbove(score, rows, -Infinity)) }]
  })
}

/** Of what right actions are worth, the part that wrong ones are taken to cost, all together, as the pipeline runs. */
export const DEFAULT_COST_PART = 0.2

/**
 * The default cost of a wrong action, in units, where the worth states none: the wrong actions of the block `tune` together cost a fifth of what the right ones are worth. One wrong action never costs more than a right one is
 * worth. The cost is charged at the fixed threshold, where the alert volume may change. 0 where no action of the block is wrong.
 */
export function defaultCharge({ cases, decided }: Pick<Given, 'cases' | 'decided'>, acts: Acts, { sparse }: Utility): number {
  const rows = cases.blocks.tune
  const alert = alertsAt(cases, eligibleScores(cases, decided.score), { ...acts, rows })
  const given: Given = { cases, decided, alert, rows }
  let [right, wrong] = [0, 0]
  for (const row of actingRows(given)) {
    if (!isJudged(cases, row)) continue
    if (cases.label[row] === 1) right++
    else wrong++
  }
  const { sum } = sparse(given)
  return wrong === 0 || sum <= 0 ? 0 : Math.min((DEFAULT_COST_PART * sum) / wrong, sum / Math.max(1, right))
}

/** Of the actions of what runs, all decisions counted, the part that nothing is said of: about what goes on already, or with a label that is not known. 0 without an action. */
export function unjudgedPart(cases: Cases, { score }: Decided, { threshold, cooldown }: Acts, scored: RowRange): number {
  const alert = alertsAt(cases, score, { threshold, cooldown, rows: scored })
  const { test } = cases.blocks
  let [acts, unjudged] = [0, 0]
  for (let row = test.from; row < test.to; row++) {
    if (alert[row] === 0) continue
    acts++
    if (!isJudged(cases, row)) unjudged++
  }
  return acts === 0 ? 0 : unjudged / acts
}
