/**
 * Merit of a plan on the block `select`: its value less its cost, relative to the current plan.
 *
 * Without a value per outcome, the best is the cheapest plan with a small loss. Without costs no plan is better than the current one.
 */
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type PlanSearchProblem } from '../domain/plan-types.ts'
import { changeCount, type Picks } from './space.ts'

/** Merit of one plan. */
export interface PlanMerit {
  readonly picks: Picks
  /** Net dollars a month over the current plan; −∞ for a plan that may not be chosen. */
  readonly dollars: number
  /** Units a month over the current plan. */
  readonly utility: number
}

/** Evaluates a plan and its merit. */
export async function meritOf(
  picks: Picks,
  evaluation: PlanEvaluator,
  { select, decisionsPerMonth, price, smallLoss }: PlanSearchProblem,
): Promise<PlanMerit> {
  const utility = (await evaluation.mean(picks, select)) * decisionsPerMonth
  const cost = evaluation.costDifference(picks, evaluation.space.now)
  return { picks, utility, dollars: netDollars() }

  function netDollars(): number {
    if (isInconclusive(cost) || !Number.isFinite(utility)) return changeCount(picks) === 0 ? 0 : -Infinity
    if (price !== undefined) return utility * price - cost.base
    if (picks.some((_, element) => evaluation.space.choice(picks, element).unconfirmed)) return -Infinity
    return utility >= -smallLoss ? -cost.base : -Infinity
  }
}

/** True if `left` is better. Ties go to fewer changes, then to the greater value. */
export function isBetterMerit(left: PlanMerit, right: PlanMerit): boolean {
  if (left.dollars !== right.dollars) return left.dollars > right.dollars
  const changes = changeCount(left.picks) - changeCount(right.picks)
  return changes === 0 ? left.utility > right.utility : changes < 0
}
