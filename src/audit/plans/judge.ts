/**
 * Tests the chosen plan on the block `report`, which did not choose it.
 *
 * Within the plan each element's choices are compared with each other, and the plan with the current one. All comparisons form one family
 * with simultaneous intervals (`statistics/intervals.ts`): the chance of any false claim is 5 %. A change that does not hold alone is
 * removed, and the rest must hold as a whole.
 */
import type { Range } from '../domain/audit-report.ts'
import { comparePlans, isKnown, reverseComparison, reverseCost, type KnownComparison, type PlanComparison } from './compare.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'
import { changedElements, CURRENT, withChoice, type Picks } from './space.ts'

/** Result of the test. */
export interface PlanJudgement {
  /** The tested plan: the chosen one, or the current one if the chosen one did not hold. */
  readonly testedPicks: Picks
  /** The proposed plan. */
  readonly proposedPicks: Picks
  /** The proposed plan against the current one; the tested plan if nothing is proposed. */
  readonly whole: PlanComparison
  /** For each element: every choice against every other one, in the tested plan. */
  readonly choiceComparisons: readonly (readonly ChoiceComparison[])[]
  /** For each element: the choice that holds against all others, if any. */
  readonly bestPicks: readonly (number | undefined)[]
}

/** A comparison of two choices of one element. */
export interface ChoiceComparison {
  readonly pick: number
  readonly over: number
  readonly comparison: PlanComparison
}

/** The comparison of two different choices of one element. */
export const comparisonOf = (comparisons: readonly ChoiceComparison[], pick: number, over: number): PlanComparison =>
  comparisons.find(compared => compared.pick === pick && compared.over === over)!.comparison

/**
 * Tests a plan. If neither the plan nor its holding changes hold, each change is tested alone against the current plan. This second test
 * has the same chance of a false claim on either side, 2.5 %, as the first.
 */
export async function judgePlan(picks: Picks, evaluation: PlanEvaluator): Promise<PlanJudgement> {
  const judgement = await judgeWithin(picks, evaluation)
  const isDone = changedElements(picks).length === 0 || changedElements(judgement.proposedPicks).length > 0
  return isDone ? judgement : judgeWithin(evaluation.space.now, evaluation)
}

async function judgeWithin(picks: Picks, evaluation: PlanEvaluator): Promise<PlanJudgement> {
  const { space, problem } = evaluation
  const { now, elements } = space
  // Every pair of choices of an element, once.
  const choicePairs = elements.flatMap(({ choices }, element) =>
    choices.flatMap((_, pick) => choices.slice(pick + 1).map((_, i) => ({ element, pick, over: pick + 1 + i }))),
  )
  const planPairs = choicePairs.map(
    ({ element, pick, over }) => [withChoice(picks, element, pick), withChoice(picks, element, over)] as const,
  )
  const [whole, ...comparisons] = await comparePlans([[picks, now], ...planPairs], evaluation, problem.report)
  const choiceComparisons = elements.map((_, own) =>
    choicePairs.flatMap(({ element, pick, over }, i): ChoiceComparison[] => {
      if (element !== own) return []
      const comparison = comparisons[i]
      return [
        { pick, over, comparison },
        { pick: over, over: pick, comparison: reverseComparison(comparison) },
      ]
    }),
  )
  const bestPicks = elements.map((element, i) => bestPick(choiceComparisons[i], element, picks[i], problem))
  const judgement: PlanJudgement = { testedPicks: picks, proposedPicks: now, whole, choiceComparisons, bestPicks }
  for (const proposal of proposals(judgement)) {
    const [proposed] = await comparePlans([[proposal, now], [picks, now], ...planPairs], evaluation, problem.report)
    const isConfirmed = problem.price !== undefined || space.isConfirmed(proposal)
    if (isAdopted(proposal, proposed, problem) && isConfirmed) return { ...judgement, proposedPicks: proposal, whole: proposed }
  }
  return judgement
}

/**
 * Plans to propose, in order: all holding choices, then the tested plan's holding changes. Where the current plan was tested, the second is
 * the most certain change alone.
 */
function proposals({ testedPicks, choiceComparisons, bestPicks }: PlanJudgement): Picks[] {
  const allHolding = bestPicks.map(pick => pick ?? CURRENT)
  if (changedElements(testedPicks).length > 0)
    return [allHolding, testedPicks.map((pick, element) => (pick === bestPicks[element] ? pick : CURRENT))]
  const certainty = (element: number): number => {
    const { net } = comparisonOf(choiceComparisons[element], allHolding[element], CURRENT)
    return isInconclusive(net) ? -Infinity : net.low
  }
  const [mostCertain] = changedElements(allHolding).sort((a, b) => certainty(b) - certainty(a))
  return mostCertain === undefined ? [allHolding] : [allHolding, withChoice(testedPicks, mostCertain, allHolding[mostCertain])]
}

/**
 * True if the plan is shown to be better than the current one as a whole, by more than the error of the cost estimate. Plans with equal
 * decisions must save costs.
 */
function isAdopted(proposal: Picks, comparison: PlanComparison, problem: PlanSearchProblem): boolean {
  if (changedElements(proposal).length === 0 || !isKnown(comparison)) return false
  const { cost, gain, net, isSame } = comparison
  const { price, leastAdvantage = 0 } = problem
  if (isSame && gain.low === 0) return savesEnough(cost, problem)
  if (!isShownBetter(comparison, problem)) return false
  if (price === undefined) return cost.base < 0 && -cost.base >= leastAdvantage
  return !isInconclusive(net) && net.value >= leastAdvantage
}

/** The choice that holds against all others. If several do they are equal, and the tested one is preferred. */
function bestPick(
  comparisons: readonly ChoiceComparison[],
  { choices }: PlanElement,
  testedPick: number,
  problem: PlanSearchProblem,
): number | undefined {
  const holds = (compared: ChoiceComparison): boolean =>
    holdsOver(compared, choices[compared.pick].age < choices[compared.over].age, problem)
  const isAllowed = (pick: number): boolean => problem.price !== undefined || choices[pick].unconfirmed !== true
  const inOrder = [...new Set([testedPick, ...choices.keys()])]
  return inOrder.find(own => isAllowed(own) && comparisons.filter(({ pick }) => pick === own).every(holds))
}

/**
 * True if a choice holds over another. With equal decisions, a fresher choice must be cheaper in every scenario, an older one dearer in
 * none. But an older choice with few acting decisions, of which the next ones may differ (`gain.low` below 0), must be shown better.
 */
function holdsOver(compared: ChoiceComparison, isFresher: boolean, problem: PlanSearchProblem): boolean {
  const { comparison } = compared
  if (!isKnown(comparison)) return false
  const { gain, cost, isSame, isEqual } = comparison
  if (isEqual) return holdsAtEqualValues(compared, cost, problem)
  if (isSame && isFresher) return cost.high < 0
  if (isSame && gain.low === 0) return cost.high <= 0 && -cost.base >= leastAdvantageOf(compared, problem)
  return isShownBetter(comparison, problem)
}

/** The current choice needs no advantage over another one. */
const leastAdvantageOf = ({ pick }: ChoiceComparison, { leastAdvantage = 0 }: PlanSearchProblem): number =>
  pick === CURRENT ? -Infinity : leastAdvantage

/** Of equal values the current choice holds unless the other costs less; of two others, the one that is cheaper in the base scenario. */
function holdsAtEqualValues({ pick, over }: ChoiceComparison, cost: Range, problem: PlanSearchProblem): boolean {
  if (over === CURRENT) return savesEnough(cost, problem)
  if (pick === CURRENT) return !savesEnough(reverseCost(cost), problem)
  return cost.base <= 0
}

/** True if the lower bound of the net is above 0. Without a value per outcome it costs no more, and its loss is small by the bound. */
function isShownBetter({ gain, cost, net }: KnownComparison, { price, smallLoss }: PlanSearchProblem): boolean {
  if (price !== undefined) return !isInconclusive(net) && net.low > 0
  return cost.base <= 0 && gain.low >= -smallLoss
}

/** True if it costs less in the base scenario, by the least advantage, and more in none. */
const savesEnough = ({ base, high }: Range, { leastAdvantage = 0 }: PlanSearchProblem): boolean =>
  base < 0 && high <= 0 && -base >= leastAdvantage
