/** What else could be run, and what it would cost: for whoever asks for the bill of the plan that was not proposed. Nothing is decided by it. */
import { elementId } from '../domain/element.ts'
import type { OtherPlan, PlanSetting } from '../domain/audit-report.ts'
import { compareAll, estimateOf } from './compare.ts'
import type { Evaluation } from './evaluation.ts'
import type { Merit } from './merit.ts'
import { isWhy, type PlanQuestion } from '../domain/plan-types.ts'
import { changesOf, type Picks, type PlanSpace } from './space.ts'

/** Beside the one that costs least. */
const NEXT_BEST = 3

/** Of plans that are neither what runs nor `proposed`: the best by the block that chose, and the one that costs least; against what runs, on the block that reports. Costs an evaluation each. */
export async function otherPlans(
  merits: readonly Merit[],
  proposed: Picks,
  evaluation: Evaluation,
  question: PlanQuestion,
): Promise<OtherPlan[]> {
  const { space } = evaluation
  const known = merits
    .filter(({ picks, utility }) => changesOf(picks) > 0 && picks.join() !== proposed.join() && Number.isFinite(utility))
    .map(({ picks }) => picks)
  const costs = known.map(picks => baseOf(evaluation, picks))
  const least = Math.min(...costs)
  const cheapest = Number.isFinite(least) ? [known[costs.indexOf(least)]] : []
  const shown = [...new Set([...known.slice(0, NEXT_BEST), ...cheapest])]
  const pairs = shown.map(picks => [picks, space.now] as const)
  const compared = await compareAll(pairs, evaluation, question, question.report)
  return shown.map((picks, i) => ({
    changes: changedSettings(picks, space),
    cost: evaluation.cost(picks),
    net: estimateOf(compared[i].net),
  }))
}

function baseOf(evaluation: Evaluation, picks: Picks): number {
  const cost = evaluation.cost(picks)
  return isWhy(cost) ? Infinity : cost.base
}

const changedSettings = (picks: Picks, space: PlanSpace): PlanSetting[] =>
  picks.flatMap((pick, i) =>
    pick === 0 ? [] : [{ element: elementId(space.elements[i].element), title: space.elements[i].choices[pick].title }],
  )
