/** Plans of the report: the current one, the proposed one, its net value, the contribution of each change, and other plans. */
import { elementId, type Plan } from '../domain/element.ts'
import type { OtherPlan, PlanPart, PlanSetting } from '../domain/audit-report.ts'
import { comparePlans, withoutError, type PlanComparison } from './compare.ts'
import { otherChanges } from './edit/changes.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { comparisonOf, type PlanJudgement } from './judge.ts'
import { isInconclusive, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'
import type { PlanMerit, PlanSearch } from './search.ts'
import { changedElements, CURRENT, withChoice, type Picks } from './space.ts'

export async function planPartOf(judged: PlanJudgement, { merits, evaluated }: PlanSearch, evaluation: PlanEvaluator): Promise<PlanPart> {
  const { space, problem } = evaluation
  const decision = planDecision(judged, problem)
  const net = withoutError(judged.whole.net)
  const now = settingsOf(problem.elements, new Map())
  const proposed = settingsOf(problem.elements, space.planOf(judged.proposedPicks))
  return {
    now,
    proposed,
    decision,
    ...(decision === 'change' && !isInconclusive(net) && { net }),
    compared: merits.length,
    evaluated,
    marginal: [...(await changesAlone(judged.testedPicks, evaluation)), ...changesInPlan(judged, evaluation)],
    others: await otherPlans(merits, judged.proposedPicks, evaluation),
    edits: [],
    byHand: otherChanges({ now, proposed }),
  }
}

function planDecision(judged: PlanJudgement, { price }: PlanSearchProblem): PlanPart['decision'] {
  if (price === undefined || isInconclusive(judged.whole.cost)) return 'no dollar verdict'
  if (changedElements(judged.proposedPicks).length > 0) return 'change'
  const estimates = [judged.whole, ...judged.choiceComparisons.flat().map(({ comparison }) => comparison)].filter(({ isSame }) => !isSame)
  return estimates.length > 0 && estimates.every(({ net }) => isInconclusive(net)) ? 'undecided' : 'keep what runs'
}

function settingsOf(elements: readonly PlanElement[], plan: Plan): PlanSetting[] {
  return elements.map(({ element, choices }) => {
    const id = elementId(element)
    const setting = plan.get(id)
    const choice = choices.find(candidate => candidate.setting === setting) ?? choices[CURRENT]
    return { element: id, title: choice?.title ?? 'as it is' }
  })
}

/** Net of each change alone against the current plan. Shown only; it decides nothing. */
async function changesAlone(picks: Picks, evaluation: PlanEvaluator): Promise<PlanPart['marginal']> {
  const plans = changedElements(picks).map(element => withChoice(evaluation.space.now, element, picks[element]))
  const nets = await netsOverNow(plans, evaluation)
  return changedSettings(picks, evaluation).map(({ element, title }, i) => ({ element, title: `${title}, by itself`, net: nets[i] }))
}

/** Within the tested plan: the loss without each change, and the gain of each further change. */
function changesInPlan({ testedPicks, choiceComparisons }: PlanJudgement, { space: { elements } }: PlanEvaluator): PlanPart['marginal'] {
  return elements.flatMap(({ element, choices }, i) => {
    const entry = (title: string, { net }: PlanComparison) => ({ element: elementId(element), title, net: withoutError(net) })
    const own = testedPicks[i]
    if (own !== CURRENT) return [entry(`${choices[own].title}, in the plan`, comparisonOf(choiceComparisons[i], own, CURRENT))]
    return choiceComparisons[i]
      .filter(({ over }) => over === own)
      .map(({ pick, comparison }) => entry(`${choices[pick].title}, added to the plan`, comparison))
  })
}

/** Number of other plans besides the cheapest. */
const OTHER_PLANS = 3

/**
 * Other plans, for readers who ask about a plan that was not proposed: the best by the block `select`, and the cheapest, against the
 * current plan on the block `report`. They decide nothing, and cost one evaluation each.
 */
async function otherPlans(merits: readonly PlanMerit[], proposed: Picks, evaluation: PlanEvaluator): Promise<OtherPlan[]> {
  const candidates = merits
    .filter(({ picks, utility }) => changedElements(picks).length > 0 && picks.join() !== proposed.join() && Number.isFinite(utility))
    .map(({ picks }) => picks)
  const costs = candidates.map(picks => evaluation.cost(picks)).map(cost => (isInconclusive(cost) ? Infinity : cost.base))
  const least = Math.min(...costs)
  const cheapest = Number.isFinite(least) ? [candidates[costs.indexOf(least)]] : []
  const selected = [...new Set([...candidates.slice(0, OTHER_PLANS), ...cheapest])]
  const nets = await netsOverNow(selected, evaluation)
  return selected.map((picks, i) => ({ changes: changedSettings(picks, evaluation), cost: evaluation.cost(picks), net: nets[i] }))
}

/** Net dollars a month of plans over the current one, on the block `report`. */
async function netsOverNow(plans: readonly Picks[], evaluation: PlanEvaluator): Promise<OtherPlan['net'][]> {
  const { space, problem } = evaluation
  const pairs = plans.map(picks => [picks, space.now] as const)
  return (await comparePlans(pairs, evaluation, problem.report)).map(({ net }) => withoutError(net))
}

/** Settings of a plan that differ from the current ones. */
const changedSettings = (picks: Picks, { space }: PlanEvaluator): PlanSetting[] =>
  changedElements(picks).map(element => ({
    element: elementId(space.elements[element].element),
    title: space.elements[element].choices[picks[element]].title,
  }))
