/**
 * Tests the chosen plan on the block `report`, which did not choose it.
 *
 * Within the plan each element's choices are compared with each other, and the plan with the current one. All comparisons form one family
 * with simultaneous intervals: the chance of any false claim is 5 %. A change that does not hold alone is removed, and the rest must hold
 * as a whole.
 */
import type { Range } from '../domain/audit-report.ts'
import { comparePlans, reverseComparison, type PlanComparison } from './compare.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'
import { changeCount, withChoice, type Picks, type PlanSpace } from './space.ts'

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

/**
 * Tests a plan. If neither the plan nor its holding changes hold, each change is tested alone against the current plan. This second test
 * has the same chance of a false claim on either side, 2.5 %, as the first.
 */
export async function judgePlan(picks: Picks, evaluation: PlanEvaluator, question: PlanSearchProblem): Promise<PlanJudgement> {
  const { now } = evaluation.space
  const judgement = await judgeWithin(picks, evaluation, question)
  return changeCount(picks) === 0 || changeCount(judgement.proposedPicks) > 0 ? judgement : judgeWithin(now, evaluation, question)
}

async function judgeWithin(picks: Picks, evaluation: PlanEvaluator, question: PlanSearchProblem): Promise<PlanJudgement> {
  const { now, elements } = evaluation.space
  const family = elements.map(({ choices }, element) => choicePairs(choices.length).map(pair => ({ ...pair, element })))
  const pairs = family
    .flat()
    .map(({ element, pick, over }) => [withChoice(picks, element, pick), withChoice(picks, element, over)] as const)
  const [whole, ...comparisons] = await comparePlans([[picks, now], ...pairs], evaluation, question, question.report)
  let next = 0
  const choiceComparisons = family.map(own => own.flatMap(({ pick, over }) => inBothDirections(pick, over, comparisons[next++])))
  const bestPicks = choiceComparisons.map((own, element) => bestPick(own, elements[element], picks[element], question))
  const judgement: PlanJudgement = { testedPicks: picks, proposedPicks: now, whole, choiceComparisons, bestPicks }
  for (const proposal of candidates(judgement)) {
    const [wholeComparison] = await comparePlans([[proposal, now], [picks, now], ...pairs], evaluation, question, question.report)
    if (isAdopted(proposal, wholeComparison, question) && isConfirmed(proposal, evaluation.space, question))
      return { ...judgement, proposedPicks: proposal, whole: wholeComparison }
  }
  return judgement
}

/**
 * Candidates to propose, in order: all holding choices, then the tested plan's holding changes. For the current plan: its most certain
 * change alone.
 */
function candidates({ testedPicks, choiceComparisons, bestPicks }: PlanJudgement): Picks[] {
  const holdingPicks = bestPicks.map(pick => pick ?? 0)
  if (changeCount(testedPicks) > 0) return [holdingPicks, testedPicks.map((pick, element) => (pick === bestPicks[element] ? pick : 0))]
  const certainty = (element: number): number => {
    const net = choiceComparisons[element].find(({ pick, over }) => pick === holdingPicks[element] && over === 0)?.comparison.net
    return net === undefined || isInconclusive(net) ? -Infinity : net.low
  }
  const changed = [...holdingPicks.keys()].filter(element => holdingPicks[element] !== 0)
  const [mostCertain] = changed.sort((a, b) => certainty(b) - certainty(a))
  return mostCertain === undefined ? [holdingPicks] : [holdingPicks, withChoice(testedPicks, mostCertain, holdingPicks[mostCertain])]
}

/**
 * True if the plan is shown to be better than the current one as a whole. With equal decisions it must cost less, and in no scenario more.
 */
function isAdopted(proposal: Picks, { cost, gain, net, isSame }: PlanComparison, { price, smallLoss }: PlanSearchProblem): boolean {
  if (changeCount(proposal) === 0 || isInconclusive(cost) || isInconclusive(gain)) return false
  if (isSame && gain.low === 0) return cost.base < 0 && cost.high <= 0
  if (price === undefined) return cost.base < 0 && gain.low >= -smallLoss
  return !isInconclusive(net) && net.low > 0
}

/** Without a value per outcome, every change must agree with its element's curve. */
const isConfirmed = (picks: Picks, space: PlanSpace, { price }: PlanSearchProblem): boolean =>
  price !== undefined || picks.every((_, element) => space.choice(picks, element).unconfirmed !== true)

/** Every pair of choices, once. */
const choicePairs = (count: number): { readonly pick: number; readonly over: number }[] =>
  Array.from({ length: count }, (_, pick) => Array.from({ length: count - pick - 1 }, (_, i) => ({ pick, over: pick + 1 + i }))).flat()

const inBothDirections = (pick: number, over: number, comparison: PlanComparison): ChoiceComparison[] => [
  { pick, over, comparison },
  { pick: over, over: pick, comparison: reverseComparison(comparison) },
]

/** The choice that holds against all others. If several do they are equal, and the tested one is preferred. */
function bestPick(
  comparisons: readonly ChoiceComparison[],
  { choices }: PlanElement,
  testedPick: number,
  question: PlanSearchProblem,
): number | undefined {
  const inOrder = [testedPick, ...[...choices.keys()].filter(pick => pick !== testedPick)]
  const holds = (compared: ChoiceComparison): boolean =>
    holdsOver(compared, choices[compared.pick].age < choices[compared.over].age, question)
  const isAllowed = (pick: number): boolean => question.price !== undefined || choices[pick].unconfirmed !== true
  return inOrder.find(own => isAllowed(own) && comparisons.filter(({ pick }) => pick === own).every(holds))
}

/**
 * True if the choice is shown to be better: the lower bound of its net is above 0. Without a value per outcome it costs no more, and its
 * loss is small by the bound.
 */
function holdsOver(compared: ChoiceComparison, isFresher: boolean, { price, smallLoss }: PlanSearchProblem): boolean {
  const { gain, net, cost, isSame, isEqual } = compared.comparison
  if (isInconclusive(cost) || isInconclusive(gain)) return false
  if (isEqual) return isPreferred(compared, cost)
  // Decisions are equal. A fresher choice must then be cheaper, an older one not dearer, in every scenario. Where few decisions act,
  // equality so far does not show that none will differ.
  if (isSame && (isFresher || gain.low === 0)) return isFresher ? cost.high < 0 : cost.high <= 0
  if (price === undefined) return cost.base <= 0 && gain.low >= -smallLoss
  return !isInconclusive(net) && net.low > 0
}

/**
 * For equal values the current choice is preferred, unless the other costs less in every scenario. Of two others the one that is cheaper in
 * the base scenario is preferred.
 */
function isPreferred({ pick, over }: ChoiceComparison, { low, base, high }: Range): boolean {
  if (over === 0) return high <= 0 && base < 0
  return pick === 0 ? low < 0 || base <= 0 : base <= 0
}
