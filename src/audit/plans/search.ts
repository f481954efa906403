/**
 * The plans in order of merit on the block that chooses.
 *
 * All of them where they are few enough, of those of equal values the cheapest. Otherwise by steps that change one element, and where no such step is better, two: from what runs, from the freshest of everything and from
 * the oldest, so that neither two groups that stand in for one another nor two that are worth something only together are overlooked. Costs an evaluation for each plan that is looked at.
 */
import { limits } from '../../base/limits.ts'
import type { Evaluation } from './evaluation.ts'
import { isBetter, meritOf, type Merit } from './merit.ts'
import type { PlanQuestion } from '../domain/plan-types.ts'
import { type Picks, type PlanSpace } from './space.ts'

export interface Searched {
  /** The best first. */
  readonly merits: readonly Merit[]
  /** How many of them have decisions of their own; the others differ from one of those in cost alone. */
  readonly evaluated: number
  /** Was every plan looked at? */
  readonly isWhole: boolean
}

/** `progress` is told how many plans were evaluated, of at most how many. */
export async function searchPlans(
  evaluation: Evaluation,
  question: PlanQuestion,
  progress: (done: number, of: number) => void = () => {},
): Promise<Searched> {
  const { space } = evaluation
  const most = Math.max(1, Math.min(question.plansMax ?? limits.AUDIT_PLANS_MAX, limits.AUDIT_PLANS_MAX))
  const seen = new Map<string, Merit>()
  /** Beyond the bound only plans are looked at that have the values of one that was. */
  const isTooMany = (picks: Picks): boolean => evaluation.evaluated >= most && !evaluation.knows(picks, question.select)
  const look = async (picks: Picks): Promise<Merit> => {
    const known = seen.get(picks.join())
    if (known) return known
    const merit = await meritOf(picks, evaluation, question)
    seen.set(picks.join(), merit)
    progress(Math.min(evaluation.evaluated, most), Math.min(space.size, most))
    return merit
  }
  const isWhole = space.size <= most
  if (isWhole) for (const picks of space.all()) await look(picks)
  else for (const start of starts(space)) if (!isTooMany(start)) await climb(start)
  await climb(inOrder()[0].picks)
  return { merits: inOrder(), evaluated: evaluation.evaluated, isWhole }

  function inOrder(): Merit[] {
    return [...seen.values()].sort((a, b) => (isBetter(a, b) ? -1 : isBetter(b, a) ? 1 : 0))
  }

  async function climb(start: Picks): Promise<void> {
    let best = await look(start)
    for (;;) {
      const next = (await bestOf(space.neighbours(best.picks), best)) ?? (await bestOf(space.pairs(best.picks), best))
      if (!next) return
      best = next
    }
  }

  async function bestOf(steps: Iterable<Picks>, than: Merit): Promise<Merit | undefined> {
    let best = than
    for (const picks of steps) {
      if (isTooMany(picks)) continue
      const merit = await look(picks)
      if (isBetter(merit, best)) best = merit
    }
    return best === than ? undefined : best
  }
}

function starts(space: PlanSpace): Picks[] {
  const extreme = (isBeyond: (age: number, than: number) => boolean): Picks =>
    space.elements.map(({ choices }) => choices.reduce((best, { age }, i) => (isBeyond(age, choices[best].age) ? i : best), 0))
  return [space.now, extreme((age, than) => age < than), extreme((age, than) => age > than)]
}
