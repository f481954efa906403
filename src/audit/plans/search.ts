/**
 * Searches the plans in order of merit on the block `select`.
 *
 * Few plans are searched exhaustively; of plans with equal values the cheapest counts. Otherwise local search changes one element at a
 * time, or two if no single change improves. It starts from the current plan, the freshest and the oldest, so it finds groups that replace
 * each other and groups that only pay together. Costs one evaluation per plan.
 */
import { limits } from '../../base/index.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isBetterMerit, meritOf, type PlanMerit } from './merit.ts'
import type { PlanSearchProblem } from '../domain/plan-types.ts'
import { type Picks, type PlanSpace } from './space.ts'

/** Result of a search. */
export interface PlanSearch {
  /** Best first. */
  readonly merits: readonly PlanMerit[]
  /** Number of plans with different decisions; the others differ only in cost. */
  readonly evaluated: number
  /** True if every plan was evaluated. */
  readonly isExhaustive: boolean
}

/** `progress` receives the number of evaluated plans and the greatest possible number. */
export async function searchPlans(
  evaluation: PlanEvaluator,
  question: PlanSearchProblem,
  progress: (done: number, total: number) => void = () => {},
): Promise<PlanSearch> {
  const { space } = evaluation
  const limit = Math.max(1, Math.min(question.plansMax ?? limits.AUDIT_PLANS_MAX, limits.AUDIT_PLANS_MAX))
  const meritsByPicks = new Map<string, PlanMerit>()
  /** Beyond the limit only plans with known values are evaluated. */
  const isOverLimit = (picks: Picks): boolean => evaluation.evaluatedCount >= limit && !evaluation.hasMean(picks, question.select)
  const evaluate = async (picks: Picks): Promise<PlanMerit> => {
    const cached = meritsByPicks.get(picks.join())
    if (cached) return cached
    const merit = await meritOf(picks, evaluation, question)
    meritsByPicks.set(picks.join(), merit)
    progress(Math.min(evaluation.evaluatedCount, limit), Math.min(space.size, limit))
    return merit
  }
  const isWhole = space.size <= limit
  if (isWhole) for (const picks of space.all()) await evaluate(picks)
  else for (const start of startingPlans(space)) if (!isOverLimit(start)) await climb(start)
  await climb(byMerit()[0].picks)
  return { merits: byMerit(), evaluated: evaluation.evaluatedCount, isExhaustive: isWhole }

  function byMerit(): PlanMerit[] {
    return [...meritsByPicks.values()].sort((a, b) => (isBetterMerit(a, b) ? -1 : isBetterMerit(b, a) ? 1 : 0))
  }

  async function climb(start: Picks): Promise<void> {
    let best = await evaluate(start)
    for (;;) {
      const next = (await bestOf(space.neighbours(best.picks), best)) ?? (await bestOf(space.pairs(best.picks), best))
      if (!next) return
      best = next
    }
  }

  async function bestOf(steps: Iterable<Picks>, current: PlanMerit): Promise<PlanMerit | undefined> {
    let best = current
    for (const picks of steps) {
      if (isOverLimit(picks)) continue
      const merit = await evaluate(picks)
      if (isBetterMerit(merit, best)) best = merit
    }
    return best === current ? undefined : best
  }
}

function startingPlans(space: PlanSpace): Picks[] {
  const extreme = (isBeyond: (age: number, reference: number) => boolean): Picks =>
    space.elements.map(({ choices }) => choices.reduce((best, { age }, i) => (isBeyond(age, choices[best].age) ? i : best), 0))
  return [space.now, extreme((age, reference) => age < reference), extreme((age, reference) => age > reference)]
}
