/**
 * Verdict on one element: the choice that holds against all others within the plan, or `undecided` with a reason.
 *
 * A verdict needs evidence, whatever runs now. `stream` requires that streaming is shown to pay, `batch` that its loss is bounded below its
 * savings.
 */
import { limits } from '../../base/index.ts'
import type { Range } from '../domain/audit-report.ts'
import type { ElementVerdict } from '../domain/element-report.ts'
import { dollarText, estimateText, quantityText } from '../domain/figures.ts'
import { breakEvenOf } from './break-even.ts'
import type { ChoiceComparison, PlanJudgement } from './judge.ts'
import { isInconclusive, type IntervalEstimate, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'

export const UNDECIDED = 'undecided'
export const NOT_OBSERVABLE = 'not observable in this history'

/** Verdict on an element without other choices in the space of plans. */
export function fixedVerdict({ notObservable }: PlanElement): ElementVerdict {
  if (notObservable !== undefined) return { choice: NOT_OBSERVABLE, why: notObservable }
  return { choice: UNDECIDED, why: 'there is no other way of running it to compare with' }
}

/** Verdict on an element of the space; `element` is its index. */
export function elementVerdict(
  elements: readonly PlanElement[],
  element: number,
  judgement: PlanJudgement,
  question: PlanSearchProblem,
): ElementVerdict {
  const planElement = elements[element]
  const where = whereText(elements, element, judgement)
  const comparisons = judgement.choiceComparisons[element]
  const bestPick = judgement.bestPicks[element]
  const breakEven = question.price === undefined ? breakEvenAmong(planElement, comparisons) : undefined
  const breakEvenField = breakEven && { breakEven }
  if (bestPick === undefined) return { ...undecided(planElement, element, judgement, { ...question, where }), ...breakEvenField }
  const proposedPick = judgement.proposedPicks[element]
  if (bestPick !== proposedPick)
    return { choice: UNDECIDED, why: whyNotProposed(planElement, comparisons, bestPick, proposedPick), ...breakEvenField }
  return {
    choice: planElement.choices[bestPick].title,
    why: whyHeld(
      planElement,
      comparisons.filter(({ pick }) => pick === bestPick),
      { ...question, where },
    ),
    ...breakEvenField,
  }
}

interface VerdictQuestion extends PlanSearchProblem {
  /** Plan in which the choices are compared, in words; empty if everything else stays unchanged. */
  readonly where: string
}

/** The other changes of the tested plan: `, with ingestion micro-batch 15 min`. */
function whereText(elements: readonly PlanElement[], element: number, { testedPicks }: PlanJudgement): string {
  const others = elements.flatMap(({ title, choices }, i) =>
    i === element || testedPicks[i] === 0 ? [] : [`${title} ${choices[testedPicks[i]].title}`],
  )
  return others.length === 0 ? '' : `, with ${others.join(' and ')}`
}

/** The choice holds alone but is not proposed. */
function whyNotProposed(
  { choices }: PlanElement,
  comparisons: readonly ChoiceComparison[],
  bestPick: number,
  proposedPick: number,
): string {
  const { title } = choices[bestPick]
  const isSame = comparisons.some(({ pick, over, comparison }) => pick === bestPick && over === proposedPick && comparison.isSame)
  if (isSame) return `'${title}' decides as '${choices[proposedPick].title}' does, and costs the same`
  return `'${title}' pays by itself, and is not shown to beside the rest of the plan`
}

function whyHeld({ choices }: PlanElement, comparisons: readonly ChoiceComparison[], question: VerdictQuestion): string {
  return comparisons
    .map(({ pick, over, comparison: { gain, cost, net, isSame, isEqual } }) => {
      const reference = `'${choices[over].title}'`
      if (isInconclusive(gain) || isInconclusive(cost)) return ''
      if (isSame) return `decides as ${reference} does${isEqual ? '' : ', always in this history'}, and costs ${costText(cost)} a month`
      if (isInconclusive(net)) {
        const effect = choices[pick].age < choices[over].age ? 'is fresher' : lossText(gain, question)
        return `'${choices[pick].title}' costs ${costText(cost)} a month than ${reference}${question.where}, and ${effect}`
      }
      return `worth ${estimateText(net, '$')} a month more than ${reference}, net of costs`
    })
    .join('; ')
}

function undecided(
  { choices }: PlanElement,
  element: number,
  { testedPicks, choiceComparisons }: PlanJudgement,
  question: VerdictQuestion,
): ElementVerdict {
  const comparisons = choiceComparisons[element]
  const [first] = comparisons
  const missing = [first.comparison.gain, first.comparison.cost].find(isInconclusive)
  if (missing) return { choice: UNDECIDED, why: missing.why }
  if (comparisons.every(({ comparison }) => comparison.isSame)) return { choice: UNDECIDED, why: sameText(choices, comparisons) }
  if (question.price === undefined) return { choice: UNDECIDED, why: tradeText(choices, comparisons, question) }
  const best = bestByEstimate(choices.length, comparisons) ?? testedPicks[element]
  const ownComparisons = comparisons.filter(({ pick }) => pick === best)
  const others = ownComparisons.filter(({ comparison }) => !comparison.isSame)
  const unsure = others.map(({ comparison: { net } }) => net).find(isInconclusive)
  if (unsure) return { choice: UNDECIDED, why: unsure.why }
  const uncertain = others.filter(({ comparison: { net } }) => (net as IntervalEstimate).low <= 0)
  const weeks = uncertain.map(({ comparison }) => moreWeeks(comparison.net as IntervalEstimate, question.weeks))
  const longest = weeks.includes(undefined) ? undefined : Math.max(...(weeks as number[]))
  const against = uncertain
    .map(({ over, comparison: { net } }) => `${estimateText(net as IntervalEstimate, '$')} a month over '${choices[over].title}'`)
    .join(', ')
  const same = ownComparisons.find(({ comparison }) => comparison.isSame)
  const why =
    uncertain.length > 0
      ? `'${choices[best].title}' seems best, ${against} net of costs, which may be nothing`
      : same
        ? `'${choices[best].title}' decides as '${choices[same.over].title}' does, and ${isTooFew(same) ? TOO_FEW : 'which of them costs less depends on the scenario of prices'}`
        : 'no way of running it is shown to be better than the others'
  return { choice: UNDECIDED, why, ...(longest !== undefined && Number.isFinite(longest) && { moreWeeks: longest }) }
}

/**
 * Additional weeks of history that would decide, assuming the current estimate; undefined if more than AUDIT_MORE_WEEKS_MAX. Rounded up.
 *
 * Intervals narrow with the square root of the sample. From `value ± half` over `weeks`, half falls below the value after
 * `weeks · (half / value)²`.
 */
export function moreWeeks({ value, low, high }: IntervalEstimate, weeks: number): number | undefined {
  const half = value > 0 ? value - low : high - value
  if (value === 0 || !(half >= Math.abs(value))) return undefined
  const more = Math.max(1, Math.ceil(weeks * ((half / value) ** 2 - 1)))
  return more <= limits.AUDIT_MORE_WEEKS_MAX ? more : undefined
}

/** All choices have equal decisions, and their costs depend on the price scenario. */
function sameText(choices: PlanElement['choices'], comparisons: readonly ChoiceComparison[]): string {
  const cheapest = comparisons.find(({ comparison: { cost } }) => !isInconclusive(cost) && cost.base < 0)
  const costNote =
    cheapest && !isInconclusive(cheapest.comparison.cost)
      ? `; '${choices[cheapest.pick].title}' costs ${costText(cheapest.comparison.cost)} a month than '${choices[cheapest.over].title}', but ${isTooFew(cheapest) ? TOO_FEW : 'not in every scenario of prices'}`
      : ''
  return `decisions are the same however it is run${costNote}`
}

const TOO_FEW = 'so few decisions act that the next ones may differ'

/** True if no decision differs and the prices agree, but an unseen difference may outweigh them. */
const isTooFew = ({ comparison: { cost, gain } }: ChoiceComparison): boolean =>
  !isInconclusive(cost) && cost.high <= 0 && !isInconclusive(gain) && gain.low < 0

/** The choice that is ahead of every other one by the estimates, if any. */
function bestByEstimate(count: number, comparisons: readonly ChoiceComparison[]): number | undefined {
  const isAhead = ({ comparison: { net, isSame, cost } }: ChoiceComparison): boolean =>
    isSame ? !isInconclusive(cost) && cost.base <= 0 : !isInconclusive(net) && net.value >= 0
  return Array.from({ length: count }, (_, pick) => pick).find(pick =>
    comparisons.filter(compared => compared.pick === pick).every(isAhead),
  )
}

/** Break-even value of the freshest choice over the cheapest older one. */
function breakEvenAmong({ choices }: PlanElement, comparisons: readonly ChoiceComparison[]): ElementVerdict['breakEven'] {
  const trade = tradeOf(choices, comparisons)
  return trade ? breakEvenOf(trade.comparison.gain, trade.comparison.cost) : { why: 'there is nothing older to compare with' }
}

/**
 * The comparison of most interest: the freshest choice against the cheapest older one. Of equal values the cheaper counts as the freshest.
 */
function tradeOf(choices: PlanElement['choices'], comparisons: readonly ChoiceComparison[]): ChoiceComparison | undefined {
  const freshest = Math.min(...choices.map(({ age }) => age))
  const savings = ({ comparison: { cost } }: ChoiceComparison): number => (isInconclusive(cost) ? 0 : cost.base)
  const trades = comparisons.filter(
    ({ pick, over, comparison }) => choices[pick].age === freshest && choices[over].age > freshest && !comparison.isSame,
  )
  const toCheapest = Math.max(...trades.map(savings))
  const cheapest = trades.find(trade => savings(trade) === toCheapest)?.over
  return (
    trades.filter(({ over }) => over === cheapest).sort((a, b) => savings(a) - savings(b))[0] ??
    comparisons.find(({ pick, over }) => choices[pick].age < choices[over].age)
  )
}

function tradeText(choices: PlanElement['choices'], comparisons: readonly ChoiceComparison[], question: VerdictQuestion): string {
  const trade = tradeOf(choices, comparisons)
  const unpriced = 'no price of utility is given'
  if (!trade) return `${unpriced}: there is nothing older to compare with`
  const { gain, cost } = trade.comparison
  if (isInconclusive(gain)) return gain.why
  if (isInconclusive(cost)) return cost.why
  const gained = question.unit === '$' ? estimateText(gain, '$') : `${estimateText(gain)} ${question.unit}`
  return `${unpriced}: '${choices[trade.pick].title}' has ${gained} a month more than '${choices[trade.over].title}', and costs ${costText(cost)} a month${question.where}`
}

/** States a bound of a loss as a bound, not as an estimate. */
function lossText({ low, high }: IntervalEstimate, { unit }: PlanSearchProblem): string {
  if (low >= 0) return 'loses nothing'
  const most = `at most ${quantityText(-low, unit)} a month`
  return high < 0 ? `loses ${most}` : `is not shown to lose anything: it may be ${most}`
}

/** Below half a cent counts as no difference. */
function costText({ base }: Range): string {
  if (Math.abs(base) < 0.005) return 'no more'
  return base < 0 ? `${dollarText(-base)} less` : `${dollarText(base)} more`
}
