/** Other plans with their costs, for readers who ask about a plan that was not proposed. They decide nothing. */
import { elementId } from '../domain/element.ts'
import type { OtherPlan, PlanSetting } from '../domain/audit-report.ts'
import { compareAll, estimateOf } from './compare.ts'
import type { Evaluation } from './evaluation.ts'
import type { Merit } from './merit.ts'
import { isWhy, type PlanQuestion } from '../domain/plan-types.ts'
import { changesOf, type Picks, type PlanSpace } from './space.ts'

/** Number of further plans besides the cheapest. */
const OTHER_PLANS = 3

/**
 * The best other plans by the block `select`, and the cheapest, against the current plan on the block `report`. Costs one evaluation each.
 */
export async function otherPlans(
  merits: readonly Merit[],
  proposed: Picks,
  evaluation: Evaluation,
  question: PlanQuestion,
): Promise<OtherPlan[]> {
  const { space } = evaluation
  const candidates = merits
    .filter(({ picks, utility }) => changesOf(picks) > 0 && picks.join() !== proposed.join() && Number.isFinite(utility))
    .map(({ picks }) => picks)
  const costs = candidates.map(picks => baseCost(evaluation, picks))
  const least = Math.min(...costs)
  const cheapest = Number.isFinite(least) ? [candidates[costs.indexOf(least)]] : []
  const selected = [...new Set([...candidates.slice(0, OTHER_PLANS), ...cheapest])]
  const pairs = selected.map(picks => [picks, space.now] as const)
  const comparisons = await compareAll(pairs, evaluation, question, question.report)
  return selected.map((picks, i) => ({
    changes: changedSettings(picks, space),
    cost: evaluation.cost(picks),
    net: estimateOf(comparisons[i].net),
  }))
}

function baseCost(evaluation: Evaluation, picks: Picks): number {
  const cost = evaluation.cost(picks)
  return isWhy(cost) ? Infinity : cost.base
}

const changedSettings = (picks: Picks, space: PlanSpace): PlanSetting[] =>
  picks.flatMap((pick, i) =>
    pick === 0 ? [] : [{ element: elementId(space.elements[i].element), title: space.elements[i].choices[pick].title }],
  )
