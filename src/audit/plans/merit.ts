/**
 * How good a plan is on the block that chooses: what it is worth less what it costs, against what runs.
 *
 * Without a price of utility dollars and utility are not compared: of the plans that lose next to nothing the cheapest is the best. Without costs nothing is better than what runs.
 */
import type { Evaluation } from './evaluation.ts'
import { isWhy, type PlanQuestion } from '../domain/plan-types.ts'
import { changesOf, type Picks } from './space.ts'

export interface Merit {
  readonly picks: Picks
  /** Dollars a month more than now; −∞ of what is not to be chosen. */
  readonly dollars: number
  /** Utility a month more than now. */
  readonly utility: number
}

export async function meritOf(
  picks: Picks,
  evaluation: Evaluation,
  { select, decisionsAMonth, price, smallLoss }: PlanQuestion,
): Promise<Merit> {
  const utility = (await evaluation.mean(picks, select)) * decisionsAMonth
  const cost = evaluation.costDifference(picks, evaluation.space.now)
  return { picks, utility, dollars: dollarsOf() }

  function dollarsOf(): number {
    if (isWhy(cost) || !Number.isFinite(utility)) return changesOf(picks) === 0 ? 0 : -Infinity
    if (price !== undefined) return utility * price - cost.base
    if (picks.some((_, element) => evaluation.space.choice(picks, element).unconfirmed)) return -Infinity
    return utility >= -smallLoss ? -cost.base : -Infinity
  }
}

/** Of two that are as good the one that changes less, then the one that is worth more. */
export function isBetter(one: Merit, other: Merit): boolean {
  if (one.dollars !== other.dollars) return one.dollars > other.dollars
  const changes = changesOf(one.picks) - changesOf(other.picks)
  return changes === 0 ? one.utility > other.utility : changes < 0
}
