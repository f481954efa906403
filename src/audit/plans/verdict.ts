/**
 * What is said of one element: the way of running it that holds against all others within the plan, or that nothing is decided, and why.
 *
 * A verdict is evidence and no habit: an element that runs as a stream is `stream` only if the stream is shown to be worth it, and `batch` only if what batch loses is bounded below
 * what it saves.
 */
import type { Range, Verdict } from '../domain/audit-report.ts'
import { dollars, estimateText, ofUnit } from '../domain/figures.ts'
import { breakEvenOf } from './break-even.ts'
import type { Duel, Judged } from './judge.ts'
import { moreWeeks } from './more-weeks.ts'
import { isWhy, type Interval, type PlanElement, type PlanQuestion } from '../domain/plan-types.ts'

export const UNDECIDED = 'undecided'
export const NOT_OBSERVABLE = 'not observable in this history'

/** Of an element that is not in the space of plans. */
export function fixedVerdict({ notObservable }: PlanElement): Verdict {
  if (notObservable !== undefined) return { choice: NOT_OBSERVABLE, why: notObservable }
  return { choice: UNDECIDED, why: 'there is no other way of running it to compare with' }
}

/** `element` is its number in the space. */
export function verdictOf(elements: readonly PlanElement[], element: number, judged: Judged, question: PlanQuestion): Verdict {
  const given = elements[element]
  const where = whereText(elements, element, judged)
  const duels = judged.duels[element]
  const holding = judged.holding[element]
  const breakEven = question.price === undefined ? breakEvenAmong(given, duels) : undefined
  const beside = breakEven && { breakEven }
  if (holding === undefined) return { ...undecided(given, element, judged, { ...question, where }), ...beside }
  const kept = judged.kept[element]
  if (holding !== kept) return { choice: UNDECIDED, why: whyNotTaken(given, duels, holding, kept), ...beside }
  return {
    choice: given.choices[holding].title,
    why: whyHeld(
      given,
      duels.filter(({ pick }) => pick === holding),
      { ...question, where },
    ),
    ...beside,
  }
}

interface Asked extends PlanQuestion {
  /** The plan in which the element's choices are compared, in words; empty where all else is as it runs. */
  readonly where: string
}

/** `, with ingestion micro-batch 15 min`: what the plan that was put forward runs otherwise beside it. */
function whereText(elements: readonly PlanElement[], element: number, { picks }: Judged): string {
  const others = elements.flatMap(({ title, choices }, i) =>
    i === element || picks[i] === 0 ? [] : [`${title} ${choices[picks[i]].title}`],
  )
  return others.length === 0 ? '' : `, with ${others.join(' and ')}`
}

/** It holds, and is not proposed. */
function whyNotTaken({ choices }: PlanElement, duels: readonly Duel[], holding: number, kept: number): string {
  const { title } = choices[holding]
  const isSame = duels.some(({ pick, over, comparison }) => pick === holding && over === kept && comparison.isSame)
  if (isSame) return `'${title}' decides as '${choices[kept].title}' does, and costs the same`
  return `'${title}' pays by itself, and is not shown to beside the rest of the plan`
}

function whyHeld({ choices }: PlanElement, duels: readonly Duel[], question: Asked): string {
  return duels
    .map(({ pick, over, comparison: { gain, cost, net, isSame, isEqual } }) => {
      const than = `'${choices[over].title}'`
      if (isWhy(gain) || isWhy(cost)) return ''
      if (isSame) return `decides as ${than} does${isEqual ? '' : ', always in this history'}, and costs ${costText(cost)} a month`
      if (isWhy(net)) {
        const does = choices[pick].age < choices[over].age ? 'is fresher' : lossText(gain, question)
        return `'${choices[pick].title}' costs ${costText(cost)} a month than ${than}${question.where}, and ${does}`
      }
      return `worth ${estimateText(net, '$')} a month more than ${than}, net of costs`
    })
    .join('; ')
}

function undecided({ choices }: PlanElement, element: number, { picks, duels }: Judged, question: Asked): Verdict {
  const [first] = duels[element]
  const missing = [first.comparison.gain, first.comparison.cost].find(isWhy)
  if (missing) return { choice: UNDECIDED, why: missing.why }
  if (duels[element].every(({ comparison }) => comparison.isSame)) return { choice: UNDECIDED, why: sameText(choices, duels[element]) }
  if (question.price === undefined) return { choice: UNDECIDED, why: tradeText(choices, duels[element], question) }
  const best = bestByEstimate(choices.length, duels[element]) ?? picks[element]
  const own = duels[element].filter(({ pick }) => pick === best)
  const others = own.filter(({ comparison }) => !comparison.isSame)
  const unsure = others.map(({ comparison: { net } }) => net).find(isWhy)
  if (unsure) return { choice: UNDECIDED, why: unsure.why }
  const open = others.filter(({ comparison: { net } }) => (net as Interval).low <= 0)
  const weeks = open.map(({ comparison }) => moreWeeks(comparison.net as Interval, question.weeks))
  const most = weeks.includes(undefined) ? undefined : Math.max(...(weeks as number[]))
  const against = open
    .map(({ over, comparison: { net } }) => `${estimateText(net as Interval, '$')} a month over '${choices[over].title}'`)
    .join(', ')
  const same = own.find(({ comparison }) => comparison.isSame)
  const why =
    open.length > 0
      ? `'${choices[best].title}' seems best, ${against} net of costs, which may be nothing`
      : same
        ? `'${choices[best].title}' decides as '${choices[same.over].title}' does, and ${isTooFew(same) ? TOO_FEW : 'which of them costs less depends on the scenario of prices'}`
        : 'no way of running it is shown to be better than the others'
  return { choice: UNDECIDED, why, ...(most !== undefined && Number.isFinite(most) && { moreWeeks: most }) }
}

/** Whatever runs, decisions are the same, and what that costs depends on the scenario of prices. */
function sameText(choices: PlanElement['choices'], duels: readonly Duel[]): string {
  const cheapest = duels.find(({ comparison: { cost } }) => !isWhy(cost) && cost.base < 0)
  const most =
    cheapest && !isWhy(cheapest.comparison.cost)
      ? `; '${choices[cheapest.pick].title}' costs ${costText(cheapest.comparison.cost)} a month than '${choices[cheapest.over].title}', but ${isTooFew(cheapest) ? TOO_FEW : 'not in every scenario of prices'}`
      : ''
  return `decisions are the same however it is run${most}`
}

const TOO_FEW = 'so few decisions act that the next ones may differ'

/** Nothing differs, the prices agree, and what was not seen may still outweigh them. */
const isTooFew = ({ comparison: { cost, gain } }: Duel): boolean => !isWhy(cost) && cost.high <= 0 && !isWhy(gain) && gain.low < 0

/** The choice that is ahead of each other by the estimates, if one is. */
function bestByEstimate(count: number, duels: readonly Duel[]): number | undefined {
  const isAhead = ({ comparison: { net, isSame, cost } }: Duel): boolean =>
    isSame ? !isWhy(cost) && cost.base <= 0 : !isWhy(net) && net.value >= 0
  return Array.from({ length: count }, (_, pick) => pick).find(pick => duels.filter(duel => duel.pick === pick).every(isAhead))
}

/** Of the freshest that the others lose against, over the cheapest that is older. */
function breakEvenAmong({ choices }: PlanElement, duels: readonly Duel[]): Verdict['breakEven'] {
  const duel = tradeOf(choices, duels)
  return duel ? breakEvenOf(duel.comparison.gain, duel.comparison.cost) : { why: 'there is nothing older to compare with' }
}

/** The duel that the reader asks about: the freshest choice over that which costs least among the older. Of equal values the cheaper is the freshest. */
function tradeOf(choices: PlanElement['choices'], duels: readonly Duel[]): Duel | undefined {
  const freshest = Math.min(...choices.map(({ age }) => age))
  const saved = ({ comparison: { cost } }: Duel): number => (isWhy(cost) ? 0 : cost.base)
  const trades = duels.filter(
    ({ pick, over, comparison }) => choices[pick].age === freshest && choices[over].age > freshest && !comparison.isSame,
  )
  const toCheapest = Math.max(...trades.map(saved))
  const cheapest = trades.find(duel => saved(duel) === toCheapest)?.over
  return (
    trades.filter(({ over }) => over === cheapest).sort((a, b) => saved(a) - saved(b))[0] ??
    duels.find(({ pick, over }) => choices[pick].age < choices[over].age)
  )
}

function tradeText(choices: PlanElement['choices'], duels: readonly Duel[], question: Asked): string {
  const duel = tradeOf(choices, duels)
  const unpriced = 'no price of utility is given'
  if (!duel) return `${unpriced}: there is nothing older to compare with`
  const { gain, cost } = duel.comparison
  if (isWhy(gain)) return gain.why
  if (isWhy(cost)) return cost.why
  const gained = question.unit === '$' ? estimateText(gain, '$') : `${estimateText(gain)} ${question.unit}`
  return `${unpriced}: '${choices[duel.pick].title}' has ${gained} a month more than '${choices[duel.over].title}', and costs ${costText(cost)} a month${question.where}`
}

/** A bound of what is lost is no estimate of it, and is not to be read as one. */
function lossText({ low, high }: Interval, { unit }: PlanQuestion): string {
  if (low >= 0) return 'loses nothing'
  const most = `at most ${ofUnit(-low, unit)} a month`
  return high < 0 ? `loses ${most}` : `is not shown to lose anything: it may be ${most}`
}

/** Less than half a cent is nothing. */
function costText({ base }: Range): string {
  if (Math.abs(base) < 0.005) return 'no more'
  return base < 0 ? `${dollars(-base)} less` : `${dollars(base)} more`
}
