/** Worth, cost and break-even value of a summary, and what would change the answer. */
import type { Range } from '../domain/audit-report.ts'
import { plural } from '../domain/caveat.ts'
import { countedNoun, isAvailable, monthlyValue, roundedText } from '../domain/figures.ts'
import { NO_ACTION } from '../domain/setting-text.ts'
import type { AuditSummary } from '../domain/summary.ts'
import { sumOfRanges } from '../cost/range.ts'
import { veryFewClusters } from './confidence.ts'
import { conditionOf, type MainLoss } from './main-loss.ts'
import { isFresher, monthText, nameOf, type SummaryParts } from './summary-parts.ts'

/** Worth of the recommendation: net of costs for a change, else the gain of the main element over its older level. */
export function recommendationWorth({ plans, utility, elements }: SummaryParts, main: MainLoss | undefined): AuditSummary['worth'] {
  const { unit, dollars } = utility
  if (plans.net) return { text: `${monthText(plans.net, '$')} net of costs, over what runs now`, perMonth: plans.net, unit: '$' }
  if (!main) return { text: 'no gain is shown', unit }
  const { atNext } = main
  const { value, low, high } = atNext.change.perWeek
  const price = dollars ?? 1
  const perMonth = { value: -monthlyValue(value) * price, low: -monthlyValue(high) * price, high: -monthlyValue(low) * price }
  const shownUnit = dollars === undefined ? unit : '$'
  const ifActed = elements.some(({ kind, now }) => kind === 'action' && now.title === NO_ACTION)
    ? ', if every alert is acted on, which nothing does yet'
    : ''
  return { text: `${monthText(perMonth, shownUnit)} more than ${conditionOf(atNext)}${ifActed}`, perMonth, unit: shownUnit }
}

/** Amounts below half a cent are none. */
const CENT = 0.005

export function recommendationCost({ costs }: SummaryParts): AuditSummary['cost'] {
  if (!isAvailable(costs)) return costs
  const { steadyYear, lines } = costs.proposed
  const part = (matches: (line: (typeof lines)[number]) => boolean): Range => sumOfRanges(lines.filter(matches).map(({ range }) => range))
  const [measured, assumed] = [part(({ basis }) => basis === 'measured'), part(({ basis }) => basis === 'modelled')]
  const rounded = (amount: number): string => roundedText(amount, '$')
  const basisText = measured.base < CENT ? 'none of it measured' : `measured ${rounded(measured.base)}, assumed ${rounded(assumed.base)}`
  const streaming = Math.max(0, costs.taxes.streaming.base + Math.min(0, steadyYear.base - costs.now.steadyYear.base))
  const difference = steadyYear.base - costs.now.steadyYear.base
  const [first, second, ...others] = lines.toSorted((a, b) => b.range.base - a.range.base)
  const rest = sumOfRanges(others.map(({ range }) => range)).base
  const largest = [
    ...[first, second]
      .filter(line => line !== undefined)
      .map(({ title, range }) => `${title.replace(/ (of|for) .*$/, '')} ${rounded(range.base)}`),
    ...(rest >= CENT ? [`other ${rounded(rest)}`] : []),
  ].join(', ')
  const change = Math.abs(difference) < CENT ? '' : `, ${rounded(Math.abs(difference))} ${difference < 0 ? 'less' : 'more'} than now`
  return {
    text: `${rounded(steadyYear.base)} a month [${rounded(steadyYear.low)}, ${rounded(steadyYear.high)}]${change}: ${largest}; ${basisText}; ${rounded(streaming)} of it for streaming`,
    perMonth: steadyYear,
    measured,
    assumed,
  }
}

/** The cost of all streaming over the loss of the main element at its next schedule: the value of one outcome from which streaming pays. */
export function streamingBreakEven({ utility, costs }: SummaryParts, main: MainLoss | undefined): AuditSummary['breakEven'] {
  if (!isAvailable(costs)) return { text: `not known: ${costs.why}` }
  const { streaming } = costs.taxes
  if (streaming.high < CENT) return { text: 'nothing streams' }
  if (utility.unit === '$') return streamingCost(streaming)
  if (!main) return { text: 'not known: no older setting is shown to lose anything' }
  const { atNext } = main
  const { value, low, high } = atNext.change.perWeek
  const dollars = {
    value: streaming.base / -monthlyValue(value),
    low: streaming.low / -monthlyValue(low),
    high: streaming.high / -monthlyValue(high),
  }
  const needed = `${roundedText(dollars.value, '$')} each (at most ${roundedText(dollars.high, '$')})`
  return { text: `streaming pays if ${utility.unit} are worth over ${needed}: its cost over the loss of ${conditionOf(atNext)}`, dollars }
}

/** Values are dollars already: streaming pays where it saves more than it costs. */
const streamingCost = ({ low, base, high }: Range): AuditSummary['breakEven'] => ({
  text: `streaming pays if it saves more than ${monthText({ value: base, low, high }, '$')}, its cost over batch`,
  dollars: { value: base, low, high },
})

/** The doubt about a price below break-even. */
export function doubtOfPrice({ utility }: Pick<SummaryParts, 'utility'>, { dollars }: AuditSummary['breakEven']): string | undefined {
  if (!isPriced(utility) || !dollars || utility.dollars! >= dollars.value) return undefined
  return `at ${roundedText(utility.dollars!, '$')} each that is not shown to pay`
}

const isPriced = ({ unit, dollars }: SummaryParts['utility']): boolean => unit !== '$' && dollars !== undefined

/** The group that is worth most more when it is older: its windows may not be those that serve. */
function olderIsBetter(elements: SummaryParts['elements']): AuditSummary['wouldChange'] {
  const gains = elements
    .filter(({ kind }) => kind === 'group')
    .flatMap(part =>
      part.levels.flatMap(level => {
        const gain = isAvailable(level.withRetraining) && isAvailable(level.withRetraining.perWeek) ? level.withRetraining.perWeek.low : 0
        return gain > 0 && !isFresher(level, part) ? [{ part, title: level.title, gain }] : []
      }),
    )
    .toSorted((a, b) => b.gain - a.gain)
  return gains.slice(0, 1).map(({ part, title }) => ({ text: `other windows: ${nameOf(part)} ${title} older is better` }))
}

/** Parts of a summary that say what would change it. */
interface Answer extends Pick<AuditSummary, 'worth' | 'breakEven'> {
  readonly doubt: string | undefined
}

export function wouldChange({ elements, costs, utility, history }: SummaryParts, { worth, breakEven, doubt }: Answer) {
  const more = elements
    .flatMap(part => (part.verdict.moreWeeks === undefined ? [] : [{ part, weeks: Math.ceil(part.verdict.moreWeeks) }]))
    .toSorted((a, b) => a.weeks - b.weeks)[0]
  const side = doubt === undefined ? 'less' : 'more'
  return [
    ...(isPriced(utility) && breakEven.dollars
      ? [{ text: `${utility.unit} worth ${side} than ${roundedText(breakEven.dollars.value, '$')} each` }]
      : []),
    ...olderIsBetter(elements),
    ...(more ? [{ text: `${countedNoun(more.weeks, 'more week')} of history would decide on ${nameOf(more.part)}` }] : []),
    ...veryFewClusters(history).map(name => ({ text: `more ${plural(name)}` })),
    ...(utility.dollars === undefined ? [{ text: `a value of ${utility.unit}`, option: '--value DOLLARS' }] : []),
    ...(isAvailable(costs) ? [{ text: pricesText(costs.taxes.streaming, worth), option: '--prices, --people' }] : []),
  ]
}

/** The least cost of streaming that changes the answer, if none within its range does. */
function pricesText({ high }: Range, { perMonth, unit }: AuditSummary['worth']): string {
  if (unit !== '$' || !perMonth || perMonth.low <= high) return 'your own prices and people'
  return `streaming that costs over ${roundedText(perMonth.low, '$')} a month (the estimate ends at ${roundedText(high, '$')})`
}
