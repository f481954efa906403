/** Plans of the report: the current one, the proposed one, its net value, and the contribution of each change. */
import { elementId, type Plan } from '../domain/element.ts'
import type { PlanPart, PlanSetting } from '../domain/audit-report.ts'
import { compareAll, estimateOf, type Comparison } from './compare.ts'
import { otherChanges } from './edit/changes.ts'
import type { Evaluation } from './evaluation.ts'
import type { Judged } from './judge.ts'
import { otherPlans } from './others.ts'
import { isWhy, type PlanElement, type PlanQuestion } from '../domain/plan-types.ts'
import type { Searched } from './search.ts'
import { changesOf, withPick, type Picks } from './space.ts'

type Decision = PlanPart['decision']

export function decisionOf(judged: Judged, question: PlanQuestion): Decision {
  if (question.price === undefined || isWhy(judged.whole.cost)) return 'no dollar verdict'
  if (changesOf(judged.kept) > 0) return 'change'
  const estimates = [judged.whole, ...judged.duels.flat().map(({ comparison }) => comparison)].filter(({ isSame }) => !isSame)
  return estimates.length > 0 && estimates.every(({ net }) => isWhy(net)) ? 'undecided' : 'keep what runs'
}

export async function planPartOf(
  elements: readonly PlanElement[],
  judged: Judged,
  { merits, evaluated }: Searched,
  evaluation: Evaluation,
  question: PlanQuestion,
): Promise<PlanPart> {
  const { space } = evaluation
  const decision = decisionOf(judged, question)
  const net = estimateOf(judged.whole.net)
  const now = settingsOf(elements, new Map())
  const proposed = settingsOf(elements, space.planOf(judged.kept))
  return {
    now,
    proposed,
    decision,
    ...(decision === 'change' && !isWhy(net) && { net }),
    compared: merits.length,
    evaluated,
    marginal: [...(await changesAlone(judged.picks, evaluation, question)), ...changesInPlan(judged, evaluation)],
    others: await otherPlans(merits, judged.kept, evaluation, question),
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
async function changesAlone(picks: Picks, evaluation: Evaluation, question: PlanQuestion): Promise<PlanPart['marginal']> {
  const { now, elements } = evaluation.space
  const changed = [...picks.keys()].filter(element => picks[element] !== 0)
  const pairs = changed.map(element => [withPick(now, element, picks[element]), now] as const)
  const comparisons = await compareAll(pairs, evaluation, question, question.report)
  return comparisons.map(({ net }, i) => ({
    element: elementId(elements[changed[i]].element),
    title: `${elements[changed[i]].choices[picks[changed[i]]].title}, by itself`,
    net: estimateOf(net),
  }))
}

/** Within the tested plan: the loss without each change, and the gain of each further change. */
function changesInPlan({ picks, duels }: Judged, { space: { elements } }: Evaluation): PlanPart['marginal'] {
  return elements.flatMap(({ element, choices }, i) => {
    const entry = (title: string, { net }: Comparison) => ({ element: elementId(element), title, net: estimateOf(net) })
    const own = picks[i]
    if (own !== 0) {
      const { comparison } = duels[i].find(({ pick, over }) => pick === own && over === 0)!
      return [entry(`${choices[own].title}, in the plan`, comparison)]
    }
    return duels[i]
      .filter(({ over }) => over === own)
      .map(({ pick, comparison }) => entry(`${choices[pick].title}, added to the plan`, comparison))
  })
}
