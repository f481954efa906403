/** Other plans with their costs, for readers who ask about a plan that was not proposed. They decide nothing. */
import { elementId } from '../domain/element.ts'
import type { OtherPlan, PlanSetting } from '../domain/audit-report.ts'
import { comparePlans, withoutError } from './compare.ts'
import type { PlanEvaluator } from './evaluation.ts'
import type { PlanMerit } from './merit.ts'
import { isInconclusive, type PlanSearchProblem } from '../domain/plan-types.ts'
import { changeCount, type Picks, type PlanSpace } from './space.ts'

/** Number of further plans besides the cheapest. */
const OTHER_PLANS = 3

/**
 * The best other plans by the block `select`, and the cheapest, against the current plan on the block `report`. Costs one evaluation each.
 */
export async function otherPlans(
  merits: readonly PlanMerit[],
  proposed: Picks,
  evaluation: PlanEvaluator,
  question: PlanSearchProblem,
): Promise<OtherPlan[]> {
  const { space } = evaluation
  const candidates = merits
    .filter(({ picks, utility }) => changeCount(picks) > 0 && picks.join() !== proposed.join() && Number.isFinite(utility))
    .map(({ picks }) => picks)
  const costs = candidates.map(picks => baseCost(evaluation, picks))
  const least = Math.min(...costs)
  const cheapest = Number.isFinite(least) ? [candidates[costs.indexOf(least)]] : []
  const selected = [...new Set([...candidates.slice(0, OTHER_PLANS), ...cheapest])]
  const pairs = selected.map(picks => [picks, space.now] as const)
  const comparisons = await comparePlans(pairs, evaluation, question, question.report)
  return selected.map((picks, i) => ({
    changes: changedSettings(picks, space),
    cost: evaluation.cost(picks),
    net: withoutError(comparisons[i].net),
  }))
}

function baseCost(evaluation: PlanEvaluator, picks: Picks): number {
  const cost = evaluation.cost(picks)
  return isInconclusive(cost) ? Infinity : cost.base
}

const changedSettings = (picks: Picks, space: PlanSpace): PlanSetting[] =>
  picks.flatMap((pick, i) =>
    pick === 0 ? [] : [{ element: elementId(space.elements[i].element), title: space.elements[i].choices[pick].title }],
  )
