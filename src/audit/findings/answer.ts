/**
 * The answer in two lines: what to do, and what it rests on.
 *
 * Line one is what is decided; where nothing is, the freshness that matters most, by what is lost at the next schedule. Line two is money, or what money would have to say.
 */
import { spanTitle } from '../../base/span.ts'
import type { AuditReport, ElementPart, Estimate, Rung } from '../domain/audit-report.ts'
import { periodOf } from '../experiment/timeline/placement-age.ts'
import { counted, estimateText, ofUnit, share as percent } from '../domain/figures.ts'
import { isPlannedAlone } from './element-part.ts'
import { isWhy } from '../domain/plan-types.ts'
import { isSafe, SAFE } from '../plans/safe.ts'
import { BY_PLAN } from '../plans/together.ts'
import { NOT_OBSERVABLE, UNDECIDED } from '../plans/verdict.ts'

export type AnswerParts = Pick<AuditReport, 'pipeline' | 'elements' | 'plans' | 'utility' | 'costs'>

export function answerOf(parts: AnswerParts): [string, string] {
  const { pipeline, plans } = parts
  switch (plans.decision) {
    case 'change':
      return [`${pipeline}: ${changesText(parts)}.`, `${netText(plans.net)}; told from history that did not choose it.`]
    case 'keep what runs':
      return [`${pipeline}: keep what runs${shownText(parts)}.`, keptText(parts)]
    case 'no dollar verdict':
      if (isNothingKnown(parts)) return noVerdict(parts)
      return [`${pipeline}: ${freshnessText(parts)}.`, `${priceText(parts)}: no dollar verdict.`]
    case 'undecided':
      return noVerdict(parts)
  }
}

const noVerdict = ({ pipeline, elements }: AnswerParts): [string, string] => [
  safeText(elements) === '' ? `${pipeline}: no verdict.` : `${pipeline}: ${safeText(elements)}; of the rest no verdict.`,
  `${sentence(whyUndecided(elements))}.`,
]

/** No change is proposed, and of no age is it known what would be lost: that no loss is shown would say too much. */
function isNothingKnown(parts: AnswerParts): boolean {
  const effects = parts.elements.flatMap(({ rungs }) =>
    rungs.flatMap(({ frozen, frozenAtBudget, refit }) => [frozen, frozenAtBudget, refit]),
  )
  return changesText(parts) === '' && effects.length > 0 && effects.every(effect => isWhy(effect) || isWhy(effect.aWeek))
}

/** `run "card_usual" as batch 1 day and inference nightly`; empty where nothing changes. */
function changesText({ plans, elements }: AnswerParts): string {
  const changed = plans.proposed.filter(({ element, title }) => plans.now.find(now => now.element === element)?.title !== title)
  const list = changed.map(({ element, title }) => settingText(element, title, elements))
  return list.length === 0 ? '' : `run ${listText(list)}`
}

function settingText(element: string, title: string, elements: readonly ElementPart[]): string {
  const kind = elements.find(part => part.element === element)?.kind ?? 'group'
  return kind === 'group' ? `${nameOf(element)} as ${title}` : `${kind} ${title}`
}

/** A group in quotes, a stage as it is called. */
const nameOf = (element: string): string => (element.startsWith('group/') ? `"${element.slice('group/'.length)}"` : element)

function netText(net: Estimate | undefined): string {
  return net ? `That is worth ${estimateText(net, '$')} a month, net of costs` : 'It costs less and decides the same'
}

/** Of what is shown to pay as it is, and of what is safe as an older copy. */
function shownText({ elements }: AnswerParts): string {
  const shown = elements.filter(
    part => !isSafe(part) && part.verdict.choice !== UNDECIDED && part.verdict.choice !== NOT_OBSERVABLE && part.verdict.choice !== BY_PLAN,
  )
  const list =
    shown.length === 0 ? '' : `: ${shown.map(({ element, verdict }) => settingText(element, verdict.choice, elements)).join(', ')}`
  const safe = safeText(elements)
  return safe === '' ? list : `${list}; ${safe}`
}

/** `"usual" is safe to be a day old`; empty where nothing is. Groups together stand for each of them. */
function safeText(elements: readonly ElementPart[]): string {
  const safe = elements.filter(isSafe)
  const together = safe.find(({ groups }) => groups !== undefined)
  const names = together ? together.groups! : safe.map(({ element }) => element.slice('group/'.length))
  if (names.length === 0) return ''
  return `${listText(names.map(name => `"${name}"`))} ${names.length === 1 ? 'is' : 'are'} ${SAFE}`
}

function keptText({ elements, plans }: AnswerParts): string {
  const other = `Of ${counted(plans.compared, 'plan')} compared no other is shown to be better, net of costs`
  const [soonest] = elements
    .flatMap(({ element, verdict: { moreWeeks } }) => (moreWeeks === undefined ? [] : [{ element, moreWeeks }]))
    .sort((a, b) => a.moreWeeks - b.moreWeeks)
  if (!soonest) return `${other}.`
  return `${other}; ${counted(soonest.moreWeeks, 'more week')} of history would decide about ${nameOf(soonest.element)}.`
}

/** The element that matters most, and how old it may be; and what can be had for less. */
function freshnessText(parts: AnswerParts): string {
  const most = mostLost(parts)
  const changes = changesText(parts)
  const safe = safeText(parts.elements)
  const kept = most !== undefined ? lossText(most, parts) : safe === '' || changes !== '' ? 'no loss by older data is shown' : safe
  return changes === '' ? kept : `${kept}; ${changes}, which loses next to nothing${waitsText(parts)}`
}

/** That events come later makes no feature older: whoever reads both would think so. */
function waitsText({ plans: { now, proposed } }: AnswerParts): string {
  const [before, after] = [now, proposed].map(plan => plan.find(({ element }) => element === 'ingestion')?.title)
  return before === after ? '' : ' (decisions wait for it, and what they know is no older)'
}

interface Lost {
  readonly part: ElementPart
  readonly rung: Rung
  readonly lost: number
  /** The baseline in the same arm, units a week. */
  readonly of: number
}

function lossText({ part, rung, lost, of }: Lost, { utility }: AnswerParts): string {
  const share = of > 0 ? `${shareText(lost / of)} of the ${utility.name}` : `${ofUnit(lost, utility.unit)} a week`
  return part.groups === undefined
    ? `keep ${nameOf(part.element)}${withinText(part)}; ${olderText(part, rung)} loses ${share}`
    : `${togetherText(part.groups, rung)} lose ${share}`
}

/** That each may be old by itself is not said: it is only not shown that it may not. */
const togetherText = (groups: readonly string[], { setting, title }: Rung): string =>
  `of ${listText(groups.map(group => `"${group}"`))} none is shown to lose by itself; all of them ${setting.kind === 'older' ? `${title} older` : title}`

const listText = (list: readonly string[]): string => (list.length === 1 ? list[0] : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`)

/** How old it may be by design, and by accident with the model that there is, where these are not alike. */
function withinText(part: ElementPart): string {
  const [planned, incident] = [part.refitKnee, part.knee].map(found => (isWhy(found) ? undefined : found.age))
  const known = isPlannedAlone(part) ? planned : (incident ?? planned)
  if (known === undefined || known === 0) return ' as fresh as it is'
  if (planned === undefined || incident === undefined || planned === incident) return ` within ${spanTitle(known)} of now`
  return planned < incident
    ? ` within ${spanTitle(planned)} of now by design, with an alert at ${spanTitle(incident)}`
    : ` within ${spanTitle(incident)} of now, or within ${spanTitle(planned)} with a model trained for that`
}

function olderText({ kind }: ElementPart, { setting, title }: Rung): string {
  if (kind !== 'group') return `${kind} ${title}`
  if (setting.kind === 'older') return `a copy ${spanTitle(setting.by)} old`
  if (setting.kind !== 'batch') return title
  const period = periodOf(setting.schedule)
  return period === DAY ? 'a nightly copy' : `a copy made every ${spanTitle(period)}`
}

const DAY = 86_400_000

/** Of the groups first, then of all of them together: a stage that nobody would run by night loses most, and there is nothing to decide about it. */
function mostLost({ elements, utility }: Pick<AnswerParts, 'elements' | 'utility'>): Lost | undefined {
  const losing = elements.flatMap(part => lossAtNext(part, utility) ?? []).toSorted((a, b) => b.lost - a.lost)
  const of = (kind: ElementPart['kind']) => losing.find(({ part }) => part.kind === kind)
  return of('group') ?? of('groups') ?? losing[0]
}

/** What is lost in a week at the next schedule, or else at the oldest age, if it is shown to be a loss. */
function lossAtNext(part: ElementPart, { now, retrained }: AnswerParts['utility']): Lost | undefined {
  const rung = part.rungs.find(({ literal }) => literal === 'next schedule') ?? part.rungs.at(-1)
  if (!rung) return undefined
  const isAnew = !isWhy(rung.refit)
  const { aWeek } = isAnew ? rung.refit : rung.frozenAtBudget
  const of = isAnew && !isWhy(retrained) ? retrained.aWeek : now.aWeek
  return isWhy(aWeek) || aWeek.high >= 0 ? undefined : { part, rung, lost: -aWeek.value, of }
}

const shares = [
  [0.1, 'a tenth'],
  [0.2, 'a fifth'],
  [0.25, 'a quarter'],
  [1 / 3, 'a third'],
  [0.5, 'half'],
  [2 / 3, 'two thirds'],
  [0.75, 'three quarters'],
  [1, 'all'],
] as const

/** As one says it, where that is within two hundredths. */
export function shareText(share: number): string {
  const near = shares.find(([value]) => Math.abs(value - share) < 0.02)
  return near ? near[1] : percent(share)
}

/** Of the element that matters most, the price from which on its freshness pays. */
function priceText({ elements, utility, costs }: AnswerParts): string {
  if (isWhy(costs)) return `Costs are not known (${costs.why})`
  if (utility.dollars !== undefined) return 'What the plans cost is not known'
  const most = mostLost({ elements, utility })
  const breakEven = most?.part.verdict.breakEven
  if (most === undefined || breakEven === undefined || isWhy(breakEven))
    return `No price is given (what one of the ${utility.unit} is worth)`
  const does = most.part.kind === 'group' ? 'Stream it' : 'Keep it as fresh'
  return `${does} if a unit of utility (${utility.unit}) is worth more than ${estimateText(breakEven, '$')}. No price given`
}

function whyUndecided(elements: readonly ElementPart[]): string {
  return (
    elements.find(({ verdict, unplanned }) => verdict.choice === UNDECIDED && unplanned === undefined)?.verdict.why ??
    'nothing of it can be told from this history'
  )
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
