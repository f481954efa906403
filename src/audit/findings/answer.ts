/**
 * Answer of a report, in two lines: the recommendation, and its basis.
 *
 * Line one states the decision or, without one, the freshness that matters most by its loss at the next schedule. Line two states the
 * money, or the missing price.
 */
import { spanTitle } from '../../base/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'
import type { ElementPart, Estimate, SweepLevel } from '../domain/element-report.ts'
import { schedulePeriod } from '../experiment/timeline/placement-age.ts'
import { asSentence, countedNoun, estimateText, quantityText, percentageText as percent } from '../domain/figures.ts'
import { isRefitOnly } from './element-part.ts'
import { isInconclusive } from '../domain/plan-types.ts'
import { BY_PLAN, isSafeDayOld, NOT_OBSERVABLE, SAFE_DAY_OLD, UNDECIDED } from '../plans/element-verdicts.ts'
import { DAY_MS } from '../domain/units.ts'

/** Parts of a report that the answer needs. */
export type AnswerParts = Pick<AuditReport, 'pipeline' | 'elements' | 'plans' | 'utility' | 'costs'>

export function buildAnswer(parts: AnswerParts): [string, string] {
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
  asSentence(whyUndecided(elements)),
]

/** True if no change is proposed and the loss is unknown at every age. Then "no loss is shown" would claim too much. */
function isNothingKnown(parts: AnswerParts): boolean {
  const effects = parts.elements.flatMap(({ levels }) =>
    levels.flatMap(({ frozen, frozenAtBudget, refit }) => [frozen, frozenAtBudget, refit]),
  )
  return (
    changesText(parts) === '' && effects.length > 0 && effects.every(effect => isInconclusive(effect) || isInconclusive(effect.perWeek))
  )
}

/** For example `run "card_usual" as batch 1 day and inference nightly`; empty without changes. */
function changesText({ plans }: AnswerParts): string {
  const changes = plans.proposed.filter(({ element, title }) => plans.now.find(now => now.element === element)?.title !== title)
  const texts = changes.map(({ element, title }) => settingText(element, title))
  return texts.length === 0 ? '' : `run ${listText(texts)}`
}

const settingText = (element: string, title: string): string => `${nameOf(element)}${isGroup(element) ? ' as' : ''} ${title}`

const isGroup = (element: string): boolean => element.startsWith('group/')

/** A feature group in quotes, a stage as it is. */
const nameOf = (element: string): string => (isGroup(element) ? `"${element.slice('group/'.length)}"` : element)

function netText(net: Estimate | undefined): string {
  return net ? `That is worth ${estimateText(net, '$')} a month, net of costs` : 'It costs less and decides the same'
}

/** Elements whose verdict is shown, and those that are safe as an older copy. */
function shownText({ elements }: AnswerParts): string {
  const decided = elements.filter(part => !isSafeDayOld(part) && ![UNDECIDED, NOT_OBSERVABLE, BY_PLAN].includes(part.verdict.choice))
  const list = decided.length === 0 ? '' : `: ${decided.map(({ element, verdict }) => settingText(element, verdict.choice)).join(', ')}`
  const safe = safeText(elements)
  return safe === '' ? list : `${list}; ${safe}`
}

/** For example `"usual" is safe to be a day old`; empty if no group is. The verdict on groups together includes each of them. */
function safeText(elements: readonly ElementPart[]): string {
  const safe = elements.filter(isSafeDayOld)
  const joint = safe.find(({ groups }) => groups !== undefined)
  const names = joint ? joint.groups! : safe.map(({ element }) => element.slice('group/'.length))
  if (names.length === 0) return ''
  return `${listText(names.map(name => `"${name}"`))} ${names.length === 1 ? 'is' : 'are'} ${SAFE_DAY_OLD}`
}

function keptText({ elements, plans }: AnswerParts): string {
  const noBetterPlan = `Of ${countedNoun(plans.compared, 'plan')} compared no other is shown to be better, net of costs`
  const [soonest] = elements
    .flatMap(({ element, verdict: { moreWeeks } }) => (moreWeeks === undefined ? [] : [{ element, moreWeeks }]))
    .sort((a, b) => a.moreWeeks - b.moreWeeks)
  if (!soonest) return `${noBetterPlan}.`
  return `${noBetterPlan}; ${countedNoun(soonest.moreWeeks, 'more week')} of history would decide about ${nameOf(soonest.element)}.`
}

/** The most important element with its allowed age, and cheaper settings. */
function freshnessText(parts: AnswerParts): string {
  const worstLoss = mostLost(parts)
  const changes = changesText(parts)
  const safe = safeText(parts.elements)
  const lossOrNone =
    worstLoss !== undefined ? lossText(worstLoss, parts) : safe === '' || changes !== '' ? 'no loss by older data is shown' : safe
  return changes === '' ? lossOrNone : `${lossOrNone}; ${changes}, which loses next to nothing${waitsText(parts)}`
}

/** Later ingestion makes no feature older, which a reader might otherwise conclude. */
function waitsText({ plans: { now, proposed } }: AnswerParts): string {
  const [before, after] = [now, proposed].map(plan => plan.find(({ element }) => element === 'ingestion')?.title)
  return before === after ? '' : ' (decisions wait for it, and what they know is no older)'
}

interface ElementLoss {
  readonly part: ElementPart
  readonly level: SweepLevel
  readonly lost: number
  /** Baseline in the same mode, units a week. */
  readonly of: number
}

function lossText({ part, level, lost, of }: ElementLoss, { utility }: AnswerParts): string {
  const share = of > 0 ? `${shareText(lost / of)} of the ${utility.name}` : `${quantityText(lost, utility.unit)} a week`
  return part.groups === undefined
    ? `keep ${nameOf(part.element)}${withinText(part)}; ${olderText(part, level)} loses ${share}`
    : `${jointLossText(part.groups, level)} lose ${share}`
}

/** Does not state that each group may be old alone, since that is only not refuted. */
const jointLossText = (groups: readonly string[], { setting, title }: SweepLevel): string =>
  `of ${listText(groups.map(group => `"${group}"`))} none is shown to lose by itself; all of them ${setting.kind === 'older' ? `${title} older` : title}`

/** `a, b and c`. */
const listText = (texts: readonly string[]): string => new Intl.ListFormat('en-GB').format(texts)

/** The allowed ages with and without retraining, if they differ. */
function withinText(part: ElementPart): string {
  const [withRetraining, withoutRetraining] = [part.plannedThreshold, part.incidentThreshold].map(threshold =>
    isInconclusive(threshold) ? undefined : threshold.age,
  )
  const age = isRefitOnly(part) ? withRetraining : (withoutRetraining ?? withRetraining)
  if (age === undefined || age === 0) return ' as fresh as it is'
  if (withRetraining === undefined || withoutRetraining === undefined || withRetraining === withoutRetraining)
    return ` within ${spanTitle(age)} of now`
  return withRetraining < withoutRetraining
    ? ` within ${spanTitle(withRetraining)} of now by design, with an alert at ${spanTitle(withoutRetraining)}`
    : ` within ${spanTitle(withoutRetraining)} of now, or within ${spanTitle(withRetraining)} with a model trained for that`
}

function olderText({ kind }: ElementPart, { setting, title }: SweepLevel): string {
  if (kind !== 'group') return `${kind} ${title}`
  if (setting.kind === 'older') return `a copy ${spanTitle(setting.by)} old`
  if (setting.kind !== 'batch') return title
  const period = schedulePeriod(setting.schedule)
  return period === DAY_MS ? 'a nightly copy' : `a copy made every ${spanTitle(period)}`
}

/** Feature groups first, then all of them together. A stage that nobody would run nightly loses most, but needs no decision. */
function mostLost({ elements, utility }: Pick<AnswerParts, 'elements' | 'utility'>): ElementLoss | undefined {
  const losses = elements.flatMap(part => lossAtNext(part, utility) ?? []).toSorted((a, b) => b.lost - a.lost)
  const greatestOf = (kind: ElementPart['kind']) => losses.find(({ part }) => part.kind === kind)
  return greatestOf('group') ?? greatestOf('groups') ?? losses[0]
}

/** Weekly loss at the next schedule, or else at the oldest age, if a loss is shown. */
function lossAtNext(part: ElementPart, { now, retrained }: AnswerParts['utility']): ElementLoss | undefined {
  const level = part.levels.find(({ literal }) => literal === 'next schedule') ?? part.levels.at(-1)
  if (!level) return undefined
  const isRetrained = !isInconclusive(level.refit)
  const { perWeek } = isRetrained ? level.refit : level.frozenAtBudget
  const baseline = isRetrained && !isInconclusive(retrained) ? retrained.perWeek : now.perWeek
  return isInconclusive(perWeek) || perWeek.high >= 0 ? undefined : { part, level, lost: -perWeek.value, of: baseline }
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

/** A fraction in words, if it is within two hundredths. */
export function shareText(share: number): string {
  const match = shares.find(([value]) => Math.abs(value - share) < 0.02)
  return match ? match[1] : percent(share)
}

/** Break-even value of the most important element. */
function priceText({ elements, utility, costs }: AnswerParts): string {
  if (isInconclusive(costs)) return `Costs are not known (${costs.why})`
  if (utility.dollars !== undefined) return 'What the plans cost is not known'
  const worstLoss = mostLost({ elements, utility })
  const breakEven = worstLoss?.part.verdict.breakEven
  if (worstLoss === undefined || breakEven === undefined || isInconclusive(breakEven))
    return `No price is given (what one of the ${utility.unit} is worth)`
  const advice = worstLoss.part.kind === 'group' ? 'Stream it' : 'Keep it as fresh'
  return `${advice} if a unit of utility (${utility.unit}) is worth more than ${estimateText(breakEven, '$')}. No price given`
}

function whyUndecided(elements: readonly ElementPart[]): string {
  return (
    elements.find(({ verdict, unplanned }) => verdict.choice === UNDECIDED && unplanned === undefined)?.verdict.why ??
    'nothing of it can be told from this history'
  )
}
