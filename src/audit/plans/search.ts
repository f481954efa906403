/**
 * Chooses a plan on the block `select`. Another block tests it (`judge.ts`).
 *
 * Few plans are searched exhaustively; of plans with equal values the cheapest counts. Otherwise local search changes one element at a
 * time, or two if no single change improves. It starts from the current plan, the freshest and the oldest, so it finds groups that replace
 * each other and groups that only pay together. Costs one evaluation per plan.
 */
import { limits } from '../../base/index.ts'
import { comparePlans } from './compare.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type IntervalEstimate } from '../domain/plan-types.ts'
import { changedElements, CURRENT, withChoice, type Picks, type PlanSpace } from './space.ts'

/** Merit of one plan: its value less its cost, relative to the current plan. */
export interface PlanMerit {
  readonly picks: Picks
  /** Net dollars a month over the current plan; −∞ for a plan that may not be chosen. */
  readonly dollars: number
  /** Units a month over the current plan. */
  readonly utility: number
}

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
  progress: (done: number, total: number) => void = () => {},
): Promise<PlanSearch> {
  const { space, problem } = evaluation
  const limit = Math.max(1, Math.min(problem.plansMax ?? limits.AUDIT_PLANS_MAX, limits.AUDIT_PLANS_MAX))
  const meritsByPicks = new Map<string, PlanMerit>()
  const isExhaustive = space.size <= limit
  if (isExhaustive) for (const picks of space.all()) await evaluate(picks)
  else for (const start of startingPlans(space)) if (!isOverLimit(start)) await climb(start)
  await climb(byMerit()[0].picks)
  return { merits: byMerit(), evaluated: evaluation.evaluatedCount, isExhaustive }

  async function evaluate(picks: Picks): Promise<PlanMerit> {
    const cached = meritsByPicks.get(picks.join())
    if (cached) return cached
    const merit = await meritOf(picks, evaluation)
    meritsByPicks.set(picks.join(), merit)
    progress(Math.min(evaluation.evaluatedCount, limit), Math.min(space.size, limit))
    return merit
  }

  /** Beyond the limit only plans with known values are evaluated. */
  function isOverLimit(picks: Picks): boolean {
    return evaluation.evaluatedCount >= limit && !evaluation.hasMean(picks, problem.select)
  }

  function byMerit(): PlanMerit[] {
    return [...meritsByPicks.values()].sort(compareMerits)
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
      if (compareMerits(merit, best) < 0) best = merit
    }
    return best === current ? undefined : best
  }
}

function startingPlans(space: PlanSpace): Picks[] {
  const agesOf = space.elements.map(({ choices }) => choices.map(({ age }) => age))
  const extremes = [Math.min, Math.max].map(extreme => agesOf.map(ages => ages.indexOf(extreme(...ages))))
  return [space.now, ...extremes]
}

/**
 * Evaluates a plan and its merit. Without a value per outcome, the best is the cheapest plan with a small loss. Without costs no plan is
 * better than the current one.
 */
async function meritOf(picks: Picks, evaluation: PlanEvaluator): Promise<PlanMerit> {
  const { space, problem } = evaluation
  const { select, decisionsPerMonth, price, smallLoss } = problem
  const utility = (await evaluation.mean(picks, select)) * decisionsPerMonth
  const cost = evaluation.costDifference(picks, space.now)
  return { picks, utility, dollars: netDollars() }

  function netDollars(): number {
    if (isInconclusive(cost) || !Number.isFinite(utility)) return changedElements(picks).length === 0 ? 0 : -Infinity
    if (price !== undefined) return utility * price - cost.base
    return utility >= -smallLoss && space.isConfirmed(picks) ? -cost.base : -Infinity
  }
}

/** Orders merits, the better first. Ties, also of two that are −∞, go to fewer changes, then to the greater value. */
const compareMerits = (a: PlanMerit, b: PlanMerit): number =>
  b.dollars - a.dollars || changedElements(a.picks).length - changedElements(b.picks).length || b.utility - a.utility

/**
 * The plan to test: the best one without its uncertain changes. Without a value per outcome it is the cheapest plan whose loss is small by
 * its lower bound, or else the current plan.
 */
export async function choosePlan({ merits }: PlanSearch, evaluation: PlanEvaluator): Promise<Picks> {
  const { problem, space } = evaluation
  if (problem.price !== undefined) return withoutUncertainChanges(merits[0].picks, evaluation)
  for (const { picks, dollars } of merits.slice(0, limits.AUDIT_PLAN_TRIES)) {
    if (changedElements(picks).length === 0 || dollars < 0) break
    const [{ gain }] = await comparePlans([[picks, space.now]], evaluation, problem.select)
    if (!isInconclusive(gain) && gain.low >= -problem.smallLoss) return picks
  }
  return space.now
}

/**
 * Reverts changes worth less than one standard error one at a time, the least certain first, since the best of many plans is partly the
 * luckiest.
 */
async function withoutUncertainChanges(picks: Picks, evaluation: PlanEvaluator): Promise<Picks> {
  const changed = changedElements(picks)
  if (changed.length === 0) return picks
  const pairs = changed.map(element => [picks, withChoice(picks, element, CURRENT)] as const)
  const comparisons = await comparePlans(pairs, evaluation, evaluation.problem.select)
  const certainties = comparisons.map(({ net }) => (isInconclusive(net) ? -Infinity : standardErrors(net)))
  const least = Math.min(...certainties)
  if (least >= 1) return picks
  return withoutUncertainChanges(withChoice(picks, changed[certainties.indexOf(least)], CURRENT), evaluation)
}

/** A value in standard errors. */
function standardErrors({ value, error }: IntervalEstimate): number {
  if (error > 0) return value / error
  return value > 0 ? Infinity : -Infinity
}
