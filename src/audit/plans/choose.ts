/**
 * The plan that is put forward, on the block that chooses; another block says whether it holds.
 *
 * The best of many plans is partly the luckiest: changes that are worth less than one standard error there are taken back, one at a time, the least sure first. Without a price the
 * cheapest plan is put forward whose loss is small by its lower bound, not by luck.
 */
import { limits } from '../../base/limits.ts'
import { compareAll } from './compare.ts'
import type { Evaluation } from './evaluation.ts'
import { isWhy, type PlanQuestion } from '../domain/plan-types.ts'
import type { Searched } from './search.ts'
import { changesOf, withPick, type Picks } from './space.ts'

export async function choosePlan({ merits }: Searched, evaluation: Evaluation, question: PlanQuestion): Promise<Picks> {
  if (question.price !== undefined) return withoutLuck(merits[0].picks, evaluation, question)
  const { now } = evaluation.space
  for (const { picks, dollars } of merits.slice(0, limits.AUDIT_PLAN_TRIES)) {
    if (changesOf(picks) === 0 || dollars < 0) break
    const [{ gain }] = await compareAll([[picks, now]], evaluation, question, question.select)
    if (!isWhy(gain) && gain.low >= -question.smallLoss) return picks
  }
  return now
}

async function withoutLuck(best: Picks, evaluation: Evaluation, question: PlanQuestion): Promise<Picks> {
  let picks = best
  for (;;) {
    const changed = [...picks.keys()].filter(element => picks[element] !== 0)
    if (changed.length === 0) return picks
    const pairs = changed.map(element => [picks, withPick(picks, element, 0)] as const)
    const nets = (await compareAll(pairs, evaluation, question, question.select)).map(({ net }) => (isWhy(net) ? -Infinity : sureness(net)))
    const least = nets.indexOf(Math.min(...nets))
    if (nets[least] >= 1) return picks
    picks = withPick(picks, changed[least], 0)
  }
}

/** In standard errors. */
function sureness({ value, error }: { readonly value: number; readonly error: number }): number {
  if (error > 0) return value / error
  return value > 0 ? Infinity : -Infinity
}
