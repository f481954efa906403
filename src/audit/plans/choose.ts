/**
 * Chooses the plan to test, on the block `select`. Another block tests it.
 *
 * The best of many plans is partly the luckiest. Changes worth less than one standard error are therefore removed one at a time, the least
 * certain first. Without a value per outcome the choice is the cheapest plan whose loss is small by its lower bound.
 */
import { limits } from '../../base/limits.ts'
import { compareAll } from './compare.ts'
import type { Evaluation } from './evaluation.ts'
import { isWhy, type PlanQuestion } from '../domain/plan-types.ts'
import type { Searched } from './search.ts'
import { changesOf, withPick, type Picks } from './space.ts'

/** The choices to test: the best plan without its uncertain changes, or the current plan. */
export async function choosePlan({ merits }: Searched, evaluation: Evaluation, question: PlanQuestion): Promise<Picks> {
  if (question.price !== undefined) return withoutUncertainChanges(merits[0].picks, evaluation, question)
  const { now } = evaluation.space
  for (const { picks, dollars } of merits.slice(0, limits.AUDIT_PLAN_TRIES)) {
    if (changesOf(picks) === 0 || dollars < 0) break
    const [{ gain }] = await compareAll([[picks, now]], evaluation, question, question.select)
    if (!isWhy(gain) && gain.low >= -question.smallLoss) return picks
  }
  return now
}

async function withoutUncertainChanges(best: Picks, evaluation: Evaluation, question: PlanQuestion): Promise<Picks> {
  let picks = best
  for (;;) {
    const changed = [...picks.keys()].filter(element => picks[element] !== 0)
    if (changed.length === 0) return picks
    const pairs = changed.map(element => [picks, withPick(picks, element, 0)] as const)
    const certainties = (await compareAll(pairs, evaluation, question, question.select)).map(({ net }) =>
      isWhy(net) ? -Infinity : standardErrors(net),
    )
    const leastCertain = certainties.indexOf(Math.min(...certainties))
    if (certainties[leastCertain] >= 1) return picks
    picks = withPick(picks, changed[leastCertain], 0)
  }
}

/** A value in standard errors. */
function standardErrors({ value, error }: { readonly value: number; readonly error: number }): number {
  if (error > 0) return value / error
  return value > 0 ? Infinity : -Infinity
}
