/**
 * Builds the summary of a report: the recommendation with its reason, the staleness table, worth, cost, break-even value, confidence, and
 * what would change the answer. Computes nothing but sums and shares of the report's figures.
 */
import { assert } from '../../base/index.ts'
import type { AuditReport, Range, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, Estimate, SweepEffect, SweepLevel } from '../domain/element-report.ts'
import {
  asSentence,
  changeIntervalText,
  countedNoun,
  isAvailable,
  monthlyValue,
  percentageText,
  roundedText,
  type MissingReason,
} from '../domain/figures.ts'
import { sumOfRanges } from '../cost/range.ts'
import { plural } from '../domain/caveat.ts'
import { confidenceOf, veryFewClusters } from './confidence.ts'
import type { AuditSummary, StalenessChange, StalenessRow } from '../domain/summary.ts'
import { NO_ACTION, NOTHING_TO_CHOOSE, shortTitle } from '../domain/setting-text.ts'
import { TOLERATED_LOSS } from '../statistics/freshness-threshold.ts'
import { BY_PLAN, isSafeDayOld, NOT_OBSERVABLE, UNDECIDED } from '../plans/element-verdicts.ts'

/** Parts of a report that the summary needs. */
export type SummaryParts = Pick<AuditReport, 'pipeline' | 'elements' | 'plans' | 'utility' | 'costs' | 'history'>

/** Facts of the value function that a report does not state. */
export interface SummaryOptions {
  /** Its assumptions, in the words of its author. */
  readonly assumes?: readonly string[] | undefined
  /** True if no decision has a negative value, so that no change loses more than everything. */
  readonly isNonNegative?: boolean
}

export function buildSummary(parts: SummaryParts, { assumes = [], isNonNegative = false }: SummaryOptions = {}): AuditSummary {
  const staleness = parts.elements.map(element => stalenessRow(element, parts, isNonNegative ? -1 : -Infinity))
  const main = mainLoss(parts.elements, staleness)
  const [worth, breakEven] = [worthOf(parts, main), breakEvenOf(parts, main)]
  return {
    recommendation: recommendationText(parts, staleness),
    reason: reasonText(parts, main),
    outcome: parts.utility.name,
    today: todayText(parts.utility),
    ...(main && { main: main.row.element }),
    staleness,
    mayBeOlder: mayBeOlder(parts.elements, staleness),
    alertAt: alertAt(parts),
    worth,
    cost: costOf(parts),
    breakEven,
    confidence: confidenceOf(parts, isNothingKnown(parts.elements)),
    assumes,
    wouldChange: wouldChange(parts, worth, breakEven),
  }
}

/** A feature group in quotes, a stage as it is, several groups as `all groups`. */
const nameOf = ({ element, kind }: Pick<ElementPart, 'element' | 'kind'>): string =>
  kind === 'group' ? `"${element.slice('group/'.length)}"` : kind === 'groups' ? 'all groups together' : element

const listText = (texts: readonly string[]): string => new Intl.ListFormat('en-GB').format(texts)

function stalenessRow(part: ElementPart, { utility }: SummaryParts, shareMin: number): StalenessRow {
  const isRetrained = isAvailable(utility.retrained) && part.levels.some(({ refit }) => isAvailable(refit))
  const base = isRetrained && isAvailable(utility.retrained) ? utility.retrained.perWeek : utility.now.perWeek
  const levels = part.levels.map(level => {
    const incident = changeOf(level.frozen, utility.now.perWeek, shareMin)
    return {
      title: level.title,
      age: level.age,
      change: changeOf(isRetrained ? level.refit : level.frozenAtBudget, base, shareMin),
      incident: isAvailable(incident) ? incident.share : incident,
    }
  })
  const scheduled = levels.length === 0 ? undefined : part.levels.findIndex(({ literal }) => literal === 'next schedule')
  const next = scheduled === -1 ? levels.length - 1 : scheduled
  return {
    element: part.element,
    name: part.kind === 'group' ? part.element.slice('group/'.length) : part.kind === 'groups' ? 'all groups' : part.element,
    now: part.now.title,
    mode: isRetrained ? 'with retraining' : 'without retraining',
    levels,
    ...(next !== undefined && { next }),
    within: withinOf(part),
    choice: choiceOf(part, next === undefined ? undefined : levels[next].change),
  }
}

/** The verdict; of all groups together, what they tolerate together. */
function choiceOf({ kind, unplanned, verdict }: ElementPart, atNext: StalenessChange | MissingReason | undefined): string {
  if (unplanned !== undefined) return NOTHING_TO_CHOOSE
  if (kind !== 'groups' || verdict.choice !== BY_PLAN) return verdict.choice
  return atNext && isAvailable(atNext) && atNext.perWeek.high < 0 ? 'not all at once' : 'each by itself'
}

/** A change, as a share of the weekly value `base` too: from `shareMin`, since a count cannot lose more than all of it. */
function changeOf(effect: SweepEffect | MissingReason, base: number, shareMin: number): StalenessChange | MissingReason {
  if (!isAvailable(effect)) return effect
  const { perWeek } = effect
  if (!isAvailable(perWeek)) return { why: perWeek.why }
  if (!(base > 0)) return { why: 'the current pipeline has no value to lose' }
  const clipped = (amount: number): number => Math.max(shareMin * base, amount)
  const [value, low, high] = [perWeek.value, perWeek.low, perWeek.high].map(clipped)
  return { share: { value: value / base, low: low / base, high: high / base }, perWeek: { value, low, high } }
}

/** The freshness threshold of the curve that the row shows. */
function withinOf({ plannedThreshold, incidentThreshold, levels }: ElementPart): string | MissingReason {
  const isRetrained = levels.some(({ refit }) => isAvailable(refit))
  const threshold = isRetrained ? plannedThreshold : incidentThreshold
  if (!isAvailable(threshold)) return { why: threshold.why }
  return `${titleAt(levels, threshold.age)}${threshold.beyond === true ? ' or more' : ''}`
}

/** The title of the level at a freshness threshold. */
function titleAt(levels: readonly SweepLevel[], threshold: number): string {
  const title = levels.findLast(({ age }) => age <= threshold)?.title
  assert(title !== undefined, 'a freshness threshold is the age of a level')
  return title
}

/** Incident thresholds, and elements that lose at any delay; one without a loss at any level needs no alert. */
const alertAt = ({ elements, utility }: SummaryParts): string[] =>
  elements.flatMap(part => {
    const { incidentThreshold: threshold, levels, unplanned } = part
    if (unplanned !== undefined || levels.length === 0) return []
    if (isAvailable(threshold)) return threshold.beyond === true ? [] : [`${nameOf(part)} ${titleAt(levels, threshold.age)}`]
    const [{ title, frozen }] = levels
    const isLost = isAvailable(frozen.perWeek) && frozen.perWeek.high < -TOLERATED_LOSS * utility.now.perWeek
    return isLost ? [`${nameOf(part)} below ${title}, the shortest age tried`] : []
  })

/** Right alerts for each outcome from which on it is said that several may be of one. */
const REPEATED_FROM = 1.2

function todayText({ name, unit, now }: UtilityPart): string {
  const [value, alerts] = [monthlyValue(now.perWeek), monthlyValue(now.actionsPerWeek)]
  const quality = now.precision === null ? '' : `, ${percentageText(now.precision)} right of those whose outcome is known`
  const isRepeated = unit !== '$' && alerts * (now.precision ?? 0) > REPEATED_FROM * value
  return `${name}: ${roundedText(value, name.startsWith(unit) ? '' : unit)} a month, by ${roundedText(alerts, '')} alerts a month${quality}${isRepeated ? '; several may be of one' : ''}`
}

/** A certain loss of an element at one level. */
interface Loss {
  readonly part: ElementPart
  readonly row: StalenessRow
  readonly level: SweepLevel
  readonly change: StalenessChange
}

/** The loss that the reason names, and that of the same element at the next schedule, which is what the recommendation is worth. */
interface MainLoss extends Loss {
  readonly atNext: Loss
}

/**
 * Of the elements that lose more than the tolerated share at their first level for certain, and so must stay as fresh as they are, the one
 * that loses most at the next schedule. Otherwise the feature group that loses most there, else all groups, else a stage.
 */
function mainLoss(elements: readonly ElementPart[], rows: readonly StalenessRow[]): MainLoss | undefined {
  const lossesAt = (indexOf: (row: StalenessRow) => number | undefined, least: number): Loss[] =>
    elements
      .flatMap((part, i): Loss[] => {
        const row = rows[i]
        const index = part.unplanned === undefined ? indexOf(row) : undefined
        const change = index === undefined ? undefined : row.levels[index].change
        return change && isAvailable(change) && -change.share.high > least ? [{ part, row, level: part.levels[index!], change }] : []
      })
      .toSorted((a, b) => a.change.perWeek.value - b.change.perWeek.value)
  const soonest = lossesAt(({ levels }) => (levels.length > 0 ? 0 : undefined), TOLERATED_LOSS)
  const losses = lossesAt(({ next }) => next, 0)
  for (const atNext of losses) {
    const soon = soonest.find(({ part }) => part === atNext.part)
    if (soon) return { ...soon, atNext }
  }
  const ofKind = (kind: ElementPart['kind']) => losses.find(({ part }) => part.kind === kind)
  const atNext = ofKind('group') ?? ofKind('groups') ?? losses[0]
  return atNext && { ...atNext, atNext }
}

/** `"arrivals" nightly`, `all groups together 1 day older`. */
const conditionOf = ({ part, level }: Loss): string =>
  `${nameOf(part)} ${level.setting.kind === 'older' ? `${level.title} older` : shortTitle(level.title)}`

/** Ages that are safe for each element alone; a model's own schedule is none of them. */
const mayBeOlder = (elements: readonly ElementPart[], rows: readonly StalenessRow[]): string[] =>
  elements.flatMap((part, i) => {
    const { within } = rows[i]
    const isPlanned = part.kind !== 'groups' && part.kind !== 'training' && part.unplanned === undefined
    return isPlanned && typeof within === 'string' ? [`${nameOf(part)} ${within}`] : []
  })

function recommendationText({ elements, plans }: SummaryParts, rows: readonly StalenessRow[]): string {
  const before = new Map(plans.now.map(({ element, title }) => [element, title]))
  const changes = plans.proposed
    .filter(({ element, title }) => before.get(element) !== title)
    .map(({ element, title }) => {
      const part = elements.find(candidate => candidate.element === element)
      return `${part ? nameOf(part) : element}${part?.kind === 'group' ? ' as' : ''} ${title}`
    })
  const streamed = elements.flatMap((part, i) => streamedText(part, rows[i]) ?? [])
  const kept = elements.flatMap((part, i) => keptText(part, rows[i]) ?? [])
  const groups = elements.filter(({ kind }) => kind === 'group')
  const safe = groups.filter(isSafeDayOld)
  const isJoint = rows.some(({ choice }) => choice === 'not all at once')
  const isUnchanged = changes.length === 0 && plans.decision === 'keep what runs'
  const isKept = isUnchanged && streamed.length + kept.length === 0
  const keeps = [...(streamed.length > 0 ? [`streaming ${listText(streamed)}`] : []), ...(kept.length > 0 ? [listText(kept)] : [])]
  const clauses = [
    ...(changes.length > 0 ? [`run ${listText(changes)}`] : []),
    ...(isKept ? ['keep what runs'] : []),
    ...(keeps.length > 0 ? [`keep ${keeps.join(', ')}`] : []),
    ...(safe.length > 0 ? [`${safeText(safe, groups, isJoint)} be a day old${isUnchanged ? ' (no saving is shown)' : ''}`] : []),
  ]
  if (clauses.length > 0) return asSentence(capital(clauses.join('; ')))
  return isNothingKnown(elements) ? 'No verdict.' : 'Keep what runs.'
}

/** `"a" and "b" may each`, `any one feature group may` where all of them together lose. */
function safeText(safe: readonly ElementPart[], groups: readonly ElementPart[], isJoint: boolean): string {
  const isOfAll = safe.length > 2 && safe.length === groups.length
  if (safe.length > 1 && isJoint) return isOfAll ? 'any one feature group may' : `any one of ${listText(safe.map(nameOf))} may`
  return isOfAll ? 'each feature group may' : `${listText(safe.map(nameOf))} may${safe.length > 1 ? ' each' : ''}`
}

/** `"arrivals" (within 15 min)`; undefined where the history does not show that it must stay on stream. */
function streamedText(part: ElementPart, { within }: StalenessRow): string | undefined {
  const { verdict, unplanned, now } = part
  if (unplanned !== undefined || verdict.choice !== now.title || verdict.choice !== 'stream') return undefined
  return `${nameOf(part)}${typeof within === 'string' ? ` (within ${within})` : ''}`
}

/** `"usual" within 1 h`, `inference on event (or every 15 min)`; undefined where the history does not show that it must stay so. */
function keptText(part: ElementPart, { within }: StalenessRow): string | undefined {
  const { kind, verdict, unplanned, now } = part
  if (unplanned !== undefined) return undefined
  if (kind === 'group' && verdict.choice.startsWith('keep ')) return `${nameOf(part)} ${verdict.choice.slice('keep '.length)}`
  if (verdict.choice !== now.title || !LIVE.has(now.title)) return undefined
  return `${nameOf(part)} ${shortTitle(now.title)}${typeof within === 'string' ? ` (or ${within})` : ''}`
}

/** Settings of a group, of inference and of action that are as fresh as can be, besides `stream`. */
const LIVE: ReadonlySet<string> = new Set(['hybrid', 'on event', 'inline'])

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** True if no level has an interval, and no verdict was reached without one. */
const isNothingKnown = (elements: readonly ElementPart[]): boolean =>
  elements.every(
    ({ verdict, unplanned }) => unplanned !== undefined || [UNDECIDED, NOT_OBSERVABLE, NOTHING_TO_CHOOSE, BY_PLAN].includes(verdict.choice),
  ) &&
  elements.every(({ levels }) =>
    levels.every(
      ({ frozenAtBudget, refit }) => !isAvailable(frozenAtBudget.perWeek) && !(isAvailable(refit) && isAvailable(refit.perWeek)),
    ),
  )

function reasonText({ elements, utility }: SummaryParts, main: MainLoss | undefined): string {
  if (main)
    return `${capital(conditionOf(main))}: ${changeIntervalText(main.change.share)} of the ${utility.name}, ${main.row.mode}, at equal alert volume.`
  if (isNothingKnown(elements))
    return asSentence(capital(elements.find(({ verdict }) => verdict.choice === UNDECIDED)?.verdict.why ?? 'the history shows nothing'))
  return 'No older setting is shown to lose anything.'
}

/** Worth of the recommendation: net of costs for a change, else the gain of the main element over its older level. */
function worthOf({ plans, utility, elements }: SummaryParts, main: MainLoss | undefined): AuditSummary['worth'] {
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

/** `$680,000 a month [$210,000, $1,300,000]`. */
function monthText({ value, low, high }: Estimate, unit: string): string {
  const bound = (amount: number): string => roundedText(amount, unit === '$' ? '$' : '')
  return `${roundedText(value, unit)} a month [${bound(low)}, ${bound(high)}]`
}

function costOf({ costs }: SummaryParts): AuditSummary['cost'] {
  if (!isAvailable(costs)) return costs
  const { steadyYear, lines } = costs.proposed
  const part = (matches: (line: (typeof lines)[number]) => boolean): Range => sumOfRanges(lines.filter(matches).map(({ range }) => range))
  const [measured, assumed] = [part(({ basis }) => basis === 'measured'), part(({ basis }) => basis === 'modelled')]
  const rounded = (amount: number): string => roundedText(amount, '$')
  const basisText = measured.base < 0.005 ? 'none of it measured' : `measured ${rounded(measured.base)}, assumed ${rounded(assumed.base)}`
  const streaming = Math.max(0, costs.taxes.streaming.base + Math.min(0, steadyYear.base - costs.now.steadyYear.base))
  const difference = steadyYear.base - costs.now.steadyYear.base
  const [first, second, ...others] = lines.toSorted((a, b) => b.range.base - a.range.base)
  const rest = sumOfRanges(others.map(({ range }) => range)).base
  const largest = [
    ...[first, second]
      .filter(line => line !== undefined)
      .map(({ title, range }) => `${title.replace(/ (of|for) .*$/, '')} ${rounded(range.base)}`),
    ...(rest >= 0.005 ? [`other ${rounded(rest)}`] : []),
  ].join(', ')
  const change = Math.abs(difference) < 0.005 ? '' : `, ${rounded(Math.abs(difference))} ${difference < 0 ? 'less' : 'more'} than now`
  return {
    text: `${rounded(steadyYear.base)} a month [${rounded(steadyYear.low)}, ${rounded(steadyYear.high)}]${change}: ${largest}; ${basisText}; ${rounded(streaming)} of it for streaming`,
    perMonth: steadyYear,
    measured,
    assumed,
  }
}

/** From which value of one outcome the loss of the main element, nightly, exceeds the cost of all streaming. */
function breakEvenOf({ utility, costs }: SummaryParts, main: MainLoss | undefined): AuditSummary['breakEven'] {
  if (utility.unit === '$') return streamingCostOf(costs)
  if (!isAvailable(costs)) return { text: `not known: ${costs.why}` }
  if (!main) return { text: 'not known: no older setting is shown to lose anything' }
  const { atNext } = main
  const { streaming } = costs.taxes
  const { value, low, high } = atNext.change.perWeek
  const dollars = {
    value: streaming.base / -monthlyValue(value),
    low: streaming.low / -monthlyValue(low),
    high: streaming.high / -monthlyValue(high),
  }
  return {
    text: `streaming pays if ${utility.unit} are worth over ${roundedText(dollars.value, '$')} each (at most ${roundedText(dollars.high, '$')}): its cost over the loss of ${conditionOf(atNext)}`,
    dollars,
  }
}

/** Values are dollars already: streaming pays where it saves more than it costs. */
function streamingCostOf(costs: SummaryParts['costs']): AuditSummary['breakEven'] {
  if (!isAvailable(costs)) return { text: costs.why }
  const { low, base, high } = costs.taxes.streaming
  return {
    text: `streaming pays if it saves more than ${monthText({ value: base, low, high }, '$')}, its cost over batch`,
    dollars: { value: base, low, high },
  }
}

function wouldChange(
  { elements, costs, utility, history }: SummaryParts,
  worth: AuditSummary['worth'],
  breakEven: AuditSummary['breakEven'],
) {
  const more = elements
    .flatMap(part => (part.verdict.moreWeeks === undefined ? [] : [{ part, weeks: Math.ceil(part.verdict.moreWeeks) }]))
    .toSorted((a, b) => a.weeks - b.weeks)[0]
  const isPriced = utility.unit !== '$' && utility.dollars !== undefined
  return [
    ...(isPriced && breakEven.dollars
      ? [{ text: `${utility.unit} worth less than ${roundedText(breakEven.dollars.value, '$')} each` }]
      : []),
    ...(more ? [{ text: `${countedNoun(more.weeks, 'more week')} of history would decide on ${nameOf(more.part)}` }] : []),
    ...veryFewClusters(history).map(name => ({ text: `more ${plural(name)}` })),
    ...(utility.dollars === undefined ? [{ text: `a value of ${utility.unit}`, option: '--value DOLLARS' }] : []),
    ...(isAvailable(costs) ? [{ text: pricesText(costs.taxes.streaming, worth), option: '--prices, --people' }] : []),
  ]
}

/** What prices would have to be, if none within the range of the cost changes the answer. */
function pricesText({ high }: Range, { perMonth, unit }: AuditSummary['worth']): string {
  if (unit !== '$' || !perMonth || perMonth.low <= high) return 'your own prices and people'
  return `streaming that costs over ${roundedText(perMonth.low, '$')} a month (the estimate ends at ${roundedText(high, '$')})`
}
