/**
 * Chooses the plan to test, on the block `select`. Another block tests it.
 *
 * The best of many plans is partly the luckiest. Changes worth less than one standard error are therefore removed one at a time, the least
 * certain first. Without a value per outcome the choice is the cheapest plan whose loss is small by its lower bound.
 */
import { limits } from '../../base/index.ts'
import { comparePlans } from './compare.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type PlanSearchProblem } from '../domain/plan-types.ts'
import type { PlanSearch } from './search.ts'
import { changeCount, withChoice, type Picks } from './space.ts'

/** The choices to test: the best plan without its uncertain changes, or the current plan. */
export async function choosePlan({ merits }: PlanSearch, evaluation: PlanEvaluator, question: PlanSearchProblem): Promise<Picks> {
  if (question.price !== undefined) return withoutUncertainChanges(merits[0].picks, evaluation, question)
  const { now } = evaluation.space
  for (const { picks, dollars } of merits.slice(0, limits.AUDIT_PLAN_TRIES)) {
    if (changeCount(picks) === 0 || dollars < 0) break
    const [{ gain }] = await comparePlans([[picks, now]], evaluation, question, question.select)
    if (!isInconclusive(gain) && gain.low >= -question.smallLoss) return picks
  }
  return now
}

async function withoutUncertainChanges(best: Picks, evaluation: PlanEvaluator, question: PlanSearchProblem): Promise<Picks> {
  let picks = best
  for (;;) {
    const changed = [...picks.keys()].filter(element => picks[element] !== 0)
    if (changed.length === 0) return picks
    const pairs = changed.map(element => [picks, withChoice(picks, element, 0)] as const)
    const certainties = (await comparePlans(pairs, evaluation, question, question.select)).map(({ net }) =>
      isInconclusive(net) ? -Infinity : standardErrors(net),
    )
    const leastCertain = certainties.indexOf(Math.min(...certainties))
    if (certainties[leastCertain] >= 1) return picks
    picks = withChoice(picks, changed[leastCertain], 0)
  }
}

/** A value in standard errors. */
function standardErrors({ value, error }: { readonly value: number; readonly error: number }): number {
  if (error > 0) return value / error
  return value > 0 ? Infinity : -Infinity
}
