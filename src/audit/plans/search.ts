/**
 * Searches the plans in order of merit on the block `select`.
 *
 * Few plans are searched exhaustively; of plans with equal values the cheapest counts. Otherwise local search changes one element at a
 * time, or two if no single change improves. It starts from the current plan, the freshest and the oldest, so it finds groups that replace
 * each other and groups that only pay together. Costs one evaluation per plan.
 */
import { limits } from '../../base/limits.ts'
import type { Evaluation } from './evaluation.ts'
import { isBetter, meritOf, type Merit } from './merit.ts'
import type { PlanQuestion } from '../domain/plan-types.ts'
import { type Picks, type PlanSpace } from './space.ts'

/** Result of a search. */
export interface Searched {
  /** Best first. */
  readonly merits: readonly Merit[]
  /** Number of plans with different decisions; the others differ only in cost. */
  readonly evaluated: number
  /** True if every plan was evaluated. */
  readonly isWhole: boolean
}

/** `progress` receives the number of evaluated plans and the greatest possible number. */
export async function searchPlans(
  evaluation: Evaluation,
  question: PlanQuestion,
  progress: (done: number, total: number) => void = () => {},
): Promise<Searched> {
  const { space } = evaluation
  const limit = Math.max(1, Math.min(question.plansMax ?? limits.AUDIT_PLANS_MAX, limits.AUDIT_PLANS_MAX))
  const seen = new Map<string, Merit>()
  /** Beyond the limit only plans with known values are evaluated. */
  const isOverLimit = (picks: Picks): boolean => evaluation.evaluated >= limit && !evaluation.knows(picks, question.select)
  const evaluate = async (picks: Picks): Promise<Merit> => {
    const cached = seen.get(picks.join())
    if (cached) return cached
    const merit = await meritOf(picks, evaluation, question)
    seen.set(picks.join(), merit)
    progress(Math.min(evaluation.evaluated, limit), Math.min(space.size, limit))
    return merit
  }
  const isWhole = space.size <= limit
  if (isWhole) for (const picks of space.all()) await evaluate(picks)
  else for (const start of startingPlans(space)) if (!isOverLimit(start)) await climb(start)
  await climb(byMerit()[0].picks)
  return { merits: byMerit(), evaluated: evaluation.evaluated, isWhole }

  function byMerit(): Merit[] {
    return [...seen.values()].sort((a, b) => (isBetter(a, b) ? -1 : isBetter(b, a) ? 1 : 0))
  }

  async function climb(start: Picks): Promise<void> {
    let best = await evaluate(start)
    for (;;) {
      const next = (await bestOf(space.neighbours(best.picks), best)) ?? (await bestOf(space.pairs(best.picks), best))
      if (!next) return
      best = next
    }
  }

  async function bestOf(steps: Iterable<Picks>, current: Merit): Promise<Merit | undefined> {
    let best = current
    for (const picks of steps) {
      if (isOverLimit(picks)) continue
      const merit = await evaluate(picks)
      if (isBetter(merit, best)) best = merit
    }
    return best === current ? undefined : best
  }
}

function startingPlans(space: PlanSpace): Picks[] {
  const extreme = (isBeyond: (age: number, reference: number) => boolean): Picks =>
    space.elements.map(({ choices }) => choices.reduce((best, { age }, i) => (isBeyond(age, choices[best].age) ? i : best), 0))
  return [space.now, extreme((age, reference) => age < reference), extreme((age, reference) => age > reference)]
}
