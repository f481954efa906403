/** Plans of the report: the current one, the proposed one, its net value, and the contribution of each change. */
import { elementId, type Plan } from '../domain/element.ts'
import type { PlanPart, PlanSetting } from '../domain/audit-report.ts'
import { comparePlans, withoutError, type PlanComparison } from './compare.ts'
import { otherChanges } from './edit/changes.ts'
import type { PlanEvaluator } from './evaluation.ts'
import type { PlanJudgement } from './judge.ts'
import { otherPlans } from './other-plans.ts'
import { isInconclusive, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'
import type { PlanSearch } from './search.ts'
import { changeCount, withChoice, type Picks } from './space.ts'

type Decision = PlanPart['decision']

export function planDecision(judged: PlanJudgement, question: PlanSearchProblem): Decision {
  if (question.price === undefined || isInconclusive(judged.whole.cost)) return 'no dollar verdict'
  if (changeCount(judged.proposedPicks) > 0) return 'change'
  const estimates = [judged.whole, ...judged.choiceComparisons.flat().map(({ comparison }) => comparison)].filter(({ isSame }) => !isSame)
  return estimates.length > 0 && estimates.every(({ net }) => isInconclusive(net)) ? 'undecided' : 'keep what runs'
}

export async function planPartOf(
  elements: readonly PlanElement[],
  judged: PlanJudgement,
  { merits, evaluated }: PlanSearch,
  evaluation: PlanEvaluator,
  question: PlanSearchProblem,
): Promise<PlanPart> {
  const { space } = evaluation
  const decision = planDecision(judged, question)
  const net = withoutError(judged.whole.net)
  const now = settingsOf(elements, new Map())
  const proposed = settingsOf(elements, space.planOf(judged.proposedPicks))
  return {
    now,
    proposed,
    decision,
    ...(decision === 'change' && !isInconclusive(net) && { net }),
    compared: merits.length,
    evaluated,
    marginal: [...(await changesAlone(judged.testedPicks, evaluation, question)), ...changesInPlan(judged, evaluation)],
    others: await otherPlans(merits, judged.proposedPicks, evaluation, question),
    edits: [],
    byHand: otherChanges({ now, proposed }),
  }
}

function settingsOf(elements: readonly PlanElement[], plan: Plan): PlanSetting[] {
  return elements.map(({ element, choices }) => {
    const id = elementId(element)
    const setting = plan.get(id)
    const choice = choices.find(candidate => candidate.setting === setting) ?? choices[0]
    return { element: id, title: choice?.title ?? 'as it is' }
  })
}

/** Net of each change alone against the current plan. Shown only; it decides nothing. */
async function changesAlone(picks: Picks, evaluation: PlanEvaluator, question: PlanSearchProblem): Promise<PlanPart['marginal']> {
  const { now, elements } = evaluation.space
  const changedElements = [...picks.keys()].filter(element => picks[element] !== 0)
  const pairs = changedElements.map(element => [withChoice(now, element, picks[element]), now] as const)
  const comparisons = await comparePlans(pairs, evaluation, question, question.report)
  return comparisons.map(({ net }, i) => ({
    element: elementId(elements[changedElements[i]].element),
    title: `${elements[changedElements[i]].choices[picks[changedElements[i]]].title}, by itself`,
    net: withoutError(net),
  }))
}

/** Within the tested plan: the loss without each change, and the gain of each further change. */
function changesInPlan({ testedPicks, choiceComparisons }: PlanJudgement, { space: { elements } }: PlanEvaluator): PlanPart['marginal'] {
  return elements.flatMap(({ element, choices }, i) => {
    const entry = (title: string, { net }: PlanComparison) => ({ element: elementId(element), title, net: withoutError(net) })
    const own = testedPicks[i]
    if (own !== 0) {
      const { comparison } = choiceComparisons[i].find(({ pick, over }) => pick === own && over === 0)!
      return [entry(`${choices[own].title}, in the plan`, comparison)]
    }
    return choiceComparisons[i]
      .filter(({ over }) => over === own)
      .map(({ pick, comparison }) => entry(`${choices[pick].title}, added to the plan`, comparison))
  })
}
