/** Selection and wording of a report's values, shared by terminal and page. Computes nothing except the order. */
import { spanTitle } from '../../base/index.ts'
import type { AuditReport, CostLine, CostOfPlan, OtherPlan, Percentiles, Range, StagesPart, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, FreshnessThreshold, NoInterval, SweepLevel } from '../domain/element-report.ts'
import {
  weeklyText,
  dollarText,
  integerText,
  countedNoun,
  estimateText,
  numberText,
  percentageText,
  unitText,
  isAvailable,
  asSentence,
  type MissingReason,
} from '../domain/figures.ts'
import { NOTHING_TO_CHOOSE, shortTitle } from '../domain/setting-text.ts'
import type { AuditSummary, StalenessRow } from '../domain/summary.ts'
import { TOLERATED_LOSS } from '../statistics/freshness-threshold.ts'

/** Title of the verdict; `nothing to choose` for an element that no plan runs differently. */
export function verdictTitle(
  { verdict: { choice, breakEven }, unplanned }: Pick<ElementPart, 'verdict' | 'unplanned'>,
  { dollars }: Pick<UtilityPart, 'dollars'>,
): string {
  if (unplanned !== undefined) return NOTHING_TO_CHOOSE
  return choice === 'undecided' && dollars === undefined && breakEven !== undefined ? `${choice} without a price` : choice
}

/** Title of a level: `15 min`, `1 day (next schedule)`. */
export function levelTitle({ title, literal }: SweepLevel): string {
  if (literal === undefined || (literal === '−90 %' && title.includes('90 %'))) return title
  return `${title} (${literal})`
}

/** Rows of elements that a plan may run otherwise, those with a change that has an interval, and names of those with levels but none. */
export function shownRows(rows: readonly StalenessRow[]): { readonly known: StalenessRow[]; readonly unknown: string[] } {
  const open = rows.filter(({ choice, levels }) => choice !== NOTHING_TO_CHOOSE && levels.length > 0)
  const isKnown = ({ levels }: StalenessRow): boolean => levels.some(({ change }) => isAvailable(change))
  return { known: open.filter(isKnown), unknown: open.filter(row => !isKnown(row)).map(({ name }) => name) }
}

/** The level of a row that its line shows: the next slower schedule, or the oldest. Undefined without levels. */
export const shownLevel = ({
  levels,
  next = Infinity,
}: Pick<StalenessRow, 'levels' | 'next'>): StalenessRow['levels'][number] | undefined => levels[Math.min(next, levels.length - 1)]

/**
 * Ages that are safe: `ingestion 5 min; inference every 15 min: each alone loses at most 5 %`; empty without any. Equal
 * ages to page at are part of the text.
 */
export function safeAgesText({ mayBeOlder, alertAt }: Pick<AuditSummary, 'mayBeOlder' | 'alertAt'>): string {
  if (mayBeOlder.length === 0) return ''
  const alert = isSameList(mayBeOlder, alertAt) ? ', so page someone beyond' : ''
  return `${mayBeOlder.join('; ')}: each alone loses at most ${TOLERATED_LOSS * 100} %${alert}`
}

/** Ages to page at, where they are not those that are safe; empty without any. */
export const pageAgesText = ({ mayBeOlder, alertAt }: Pick<AuditSummary, 'mayBeOlder' | 'alertAt'>): string =>
  alertAt.length === 0 || isSameList(mayBeOlder, alertAt)
    ? ''
    : `${alertAt.join('; ')}: older, the model that runs may lose over ${TOLERATED_LOSS * 100} %`

const isSameList = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n')

/** Verdict of a row: `stream, within 15 min`, or the choice alone where it names an age itself. */
export function choiceText({ choice, within }: Pick<StalenessRow, 'choice' | 'within'>): string {
  const title = choice.replace('not observable in this history', 'not observable')
  return typeof within === 'string' && /^(stream|hybrid)$/.test(title) ? `${title}, within ${within}` : shortTitle(title)
}

/** Level as a condition: `if it were 15 min older`, `if it ran “every hour”`; `they` for several groups. */
export function conditionText({ kind }: Pick<ElementPart, 'kind'>, { setting, title }: SweepLevel): string {
  const pronoun = kind === 'groups' ? 'they' : 'it'
  return setting.kind === 'older' ? `if ${pronoun} were ${title} older` : `if ${pronoun} ran “${title}”`
}

/** Current setting and age: `stream, age 0 s, p95 2 s`. */
export function nowTitle({ now: { title, age } }: ElementPart): string {
  if (age === null) return title
  return `${title}, age ${spanTitle(age.p50)}${age.p95 === age.p50 ? '' : `, p95 ${spanTitle(age.p95)}`}`
}

/** Weekly and monthly value: `late arrivals caught: 4,130 a week (17,946 a month)`, `fraud stopped: $27,801 a week ($120,802 a month)`. */
export function weeklyValueText(perWeek: number, { name, unit }: UtilityPart): string {
  const isUnitInName = unit !== '$' && name.startsWith(unit)
  return `${name === unit ? '' : `${name}: `}${weeklyText(perWeek, isUnitInName && name !== unit ? '' : unit)}`
}

/**
 * Age of a freshness threshold: `15 min`, `1 week or more`. For an element that runs at a cadence, the level's title: `every hour`, whose
 * age is half of it.
 */
export function thresholdTitle({ age, beyond }: FreshnessThreshold, levels: ElementPart['levels']): string {
  const cadence = levels.find(level => level.age === age && level.setting.kind === 'every')
  return `${cadence?.title ?? spanTitle(age)}${beyond === true ? ' or more' : ''}`
}

/** Names of the freshness thresholds of the two curves. An age without its curve means nothing. */
export const thresholdNames = { incident: 'incident threshold', planned: 'planned threshold' } as const

/**
 * A curve of an element, as reports call it. `incident` is without retraining: the values of the modes `withoutRetraining` and `withoutRetrainingAtVolume`
 * (`ValuationMode`). `planned` is with retraining: those of the mode `withRetraining`.
 */
export type CurveArm = keyof typeof thresholdNames

/** The freshness thresholds that are known, each with its curve. */
export const availableThresholds = ({
  incidentThreshold,
  plannedThreshold,
}: Pick<ElementPart, 'incidentThreshold' | 'plannedThreshold'>): (readonly [arm: CurveArm, threshold: FreshnessThreshold])[] => [
  ...(isAvailable(incidentThreshold) ? [['incident', incidentThreshold] as const] : []),
  ...(isAvailable(plannedThreshold) ? [['planned', plannedThreshold] as const] : []),
]

/**
 * Sentences on the freshness thresholds without and with retraining, or why there is none, except what the verdict states. They omit the
 * bound of the loss: beside the plan's bound, which covers all changes, it would look like a second answer to one question.
 */
export function thresholdSentences({
  incidentThreshold,
  plannedThreshold,
  levels,
  verdict,
}: Pick<ElementPart, 'incidentThreshold' | 'plannedThreshold' | 'levels' | 'verdict'>): string[] {
  const thresholdText = (name: string, thresholdOrReason: FreshnessThreshold | MissingReason): string => {
    if (isAvailable(thresholdOrReason)) return `${name}: ${thresholdTitle(thresholdOrReason, levels)}`
    return levels.length === 0 || thresholdOrReason.why === verdict.why ? '' : `no ${name}: ${thresholdOrReason.why}`
  }
  const isCommonReason = !isAvailable(incidentThreshold) && !isAvailable(plannedThreshold) && incidentThreshold.why === plannedThreshold.why
  const texts = isCommonReason
    ? [thresholdText('freshness threshold, incident or planned', incidentThreshold)]
    : [thresholdText(thresholdNames.incident, incidentThreshold), thresholdText(thresholdNames.planned, plannedThreshold)]
  return texts.filter(text => text !== '').map(asSentence)
}

/** Sentence on the break-even value; empty if there is none or the verdict states it. */
export const breakEvenSentence = ({ verdict: { breakEven, why } }: ElementPart, unit: string): string =>
  breakEven === undefined || (!isAvailable(breakEven) && breakEven.why === why)
    ? ''
    : isAvailable(breakEven)
      ? `By the last part of the history, with all else as it runs, the fresher choice pays if one unit (${unit}) is worth more than ${estimateText(breakEven, '$')}.`
      : asSentence(`Break-even by the last part of the history: ${breakEven.why}`)

/** Sentence on the additional history that would decide; empty without it. */
export const moreSentence = ({ verdict: { moreWeeks } }: ElementPart): string =>
  moreWeeks === undefined
    ? ''
    : `About ${countedNoun(Math.ceil(moreWeeks), 'more week')} of history would decide, if the difference is what it seems.`

/** A point estimate without conclusion: `−1.3, no interval`; `not known` without one. */
export const pointText = ({ value }: NoInterval, unit = ''): string =>
  value === undefined ? 'not known' : `${unitText(value, unit)}, no interval`

/** Effect with retraining, or its reason. */
export const retrainedEffect = ({ withRetraining }: SweepLevel) => (isAvailable(withRetraining) ? withRetraining.perWeek : withRetraining)

/** Performance without retraining; with retraining if the model has no score of its own. */
export const shownPerformance = (level: SweepLevel) =>
  shownMode(level) === 'planned' ? retrainedPerformance(level)! : level.withoutRetraining.performance

/** Mode whose number of actions and precision the table shows. */
export const shownMode = ({ withoutRetraining, withRetraining }: SweepLevel): CurveArm =>
  !isAvailable(withoutRetraining.perWeek) && isAvailable(withRetraining) && isAvailable(withRetraining.perWeek) ? 'planned' : 'incident'

/** Performance with retraining; undefined without it. */
export const retrainedPerformance = ({ withRetraining }: SweepLevel) =>
  isAvailable(withRetraining) ? withRetraining.performance : undefined

/** True if the proposed plan has the cost lines of the current one. */
export const isSameCost = (a: CostOfPlan, b: CostOfPlan): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Monthly costs by year; one entry if the years do not differ. */
export const yearsOf = ({ firstYear, steadyYear }: CostOfPlan): readonly (readonly [string, Range])[] =>
  JSON.stringify(firstYear) === JSON.stringify(steadyYear)
    ? [['first and steady year', steadyYear]]
    : [
        ['first year', firstYear],
        ['steady year', steadyYear],
      ]

/** Settings of the current and the proposed plan. */
export function planChanges({ plans: { now, proposed } }: AuditReport): readonly PlanChangeRow[] {
  const before = new Map(now.map(({ element, title }) => [element, title]))
  const after = new Map(proposed.map(({ element, title }) => [element, title]))
  return [...new Set([...before.keys(), ...after.keys()])].map(element => ({
    element,
    now: before.get(element) ?? '–',
    proposed: after.get(element) ?? before.get(element) ?? '–',
  }))
}

/** Setting of one element in both plans. */
export interface PlanChangeRow {
  readonly element: string
  readonly now: string
  readonly proposed: string
}

/** Changes of a plan: `card_now: nightly at 02:00, 2 h; action: digest every day`. */
export const changesText = ({ changes: changed }: OtherPlan): string =>
  changed.map(({ element, title }) => `${element.replace(/^group\//, '')}: ${title}`).join('; ')

/** Title of an element in the report. */
export const titleOfElement = ({ elements }: AuditReport, id: string): string => elements.find(({ element }) => element === id)?.title ?? id

/** Number of compared plans, and of those with different decisions. */
export function comparedText({ compared, evaluated }: AuditReport['plans']): string {
  const alike = compared - evaluated
  const text = `${countedNoun(compared, 'plan')} compared`
  return alike > 0
    ? `${text}, ${integerText(evaluated)} with decisions of their own and ${integerText(alike)} that differ from one of these in cost alone`
    : text
}

/** Loss that freshness thresholds and marks tolerate. */
export const toleratedLossText = `${TOLERATED_LOSS * 100} % of what a week is worth now`

/** Explanation of the interval of a net value. */
export const netSentence =
  'Net is what is earned minus what it costs, and its brackets hold both: the low end is the least that is earned at the dearest prices, the high end the most at the cheapest.'

/** Titles of the decisions. */
export const decisionTitles = {
  change: 'Change the plan',
  'keep what runs': 'Keep what runs',
  'no dollar verdict': 'No verdict in dollars',
  undecided: 'Undecided',
} as const

/** Describes the decisions with measured stages: their number, and the selection if other decisions ran too. */
export function sampledDecisionsText({ decisions, among }: Pick<StagesPart, 'decisions' | 'among'>): string {
  if (!among) return `${integerText(decisions)} decisions that ran`
  const selection = among.by === 'effect' ? 'those with a delivered effect' : 'the newest with stage times'
  return `${integerText(decisions)} of ${integerText(among.decisions)} decisions that ran (${selection})`
}

/** Footnotes of a table: each reason stands once below the table, and cells have its number. */
export class Footnotes {
  readonly #reasons: string[] = []

  /** Number of a reason, from 1. */
  numberOf(why: string): number {
    const at = this.#reasons.indexOf(why)
    return at === -1 ? this.#reasons.push(why) : at + 1
  }

  /** Pairs of `(1) ` and a reason, by number. */
  get notes(): readonly (readonly [number: string, why: string])[] {
    return this.#reasons.map((why, i) => [`(${i + 1}) `, why])
  }
}

/** Low, base and high of a cost. */
export const scenarioTexts = ({ low, base, high }: Range): string[] => [low, base, high].map(dollarText)

/** True if the title of a cost line says what it is a cost of. */
export const namesItsKind = ({ of, title }: CostLine): boolean => title.toLowerCase().includes(of.toLowerCase())

/**
 * Cells of the stage times: title and percentiles, then for each stage how often it takes longest, and p99 of the whole if it took a tenth
 * of its time.
 */
export function stageCells({ stages, whole }: StagesPart): { readonly rows: string[][]; readonly whole: string[] } {
  const times = ({ p50, p95, p99 }: Percentiles): string[] => [p50, p95, p99].map(spanTitle)
  return {
    rows: stages.map(part => [part.stage, ...times(part), percentageText(part.critical), spanTitle(part.p99IfTenth)]),
    whole: ['the whole', ...times(whole), '', ''],
  }
}

/** Inverse-propensity weights: the least and the greatest. */
export const weightsText = ([least, most]: readonly [least: number, most: number]): string =>
  least === most ? numberText(least) : `${numberText(least)} to ${numberText(most)}`

/** A share, or `–` where there is none. */
export const percentageOrDash = (share: number | null): string => (share === null ? '–' : percentageText(share))
