/** What is picked out of a report where it is read: nothing is computed here but which of its lines come first. */
import { spanTitle } from '../../base/span.ts'
import type {
  AuditReport,
  CostOfPlan,
  ElementPart,
  Estimate,
  Knee,
  NoInterval,
  OtherPlan,
  Range,
  Rung,
  UtilityPart,
} from '../domain/audit-report.ts'
import { aWeekText, count, counted, estimateText, inUnit, isKnown, sentence, type Reason } from '../domain/figures.ts'
import { KNEE_PART } from '../statistics/knee.ts'

/** What is said of an element: its verdict; of one that no plan runs otherwise, that there is nothing to choose. */
export function verdictTitle(
  { verdict: { choice, breakEven }, unplanned }: Pick<ElementPart, 'verdict' | 'unplanned'>,
  { dollars }: Pick<UtilityPart, 'dollars'>,
): string {
  if (unplanned !== undefined) return 'nothing to choose'
  return choice === 'undecided' && dollars === undefined && breakEven !== undefined ? `${choice} without a price` : choice
}

/** The two lines without the name of the pipeline in front. */
export function answerOf({ answer: [first, second], pipeline }: AuditReport): readonly [string, string] {
  const name = `${pipeline}: `
  return [first.startsWith(name) ? first.slice(name.length) : first, second]
}

/** `15 min`, `1 day (next schedule)`. */
export function rungTitle({ title, literal }: Rung): string {
  if (literal === undefined || (literal === '−90 %' && title.includes('90 %'))) return title
  return `${title} (${literal})`
}

/** `if it were 15 min older`, `if it ran “every hour”`; `they` of several groups. */
export function asIfText({ kind }: Pick<ElementPart, 'kind'>, { setting, title }: Rung): string {
  const it = kind === 'groups' ? 'they' : 'it'
  return setting.kind === 'older' ? `if ${it} were ${title} older` : `if ${it} ran “${title}”`
}

/** `stream, age 0 s, p95 2 s`. */
export function nowTitle({ now: { title, age } }: ElementPart): string {
  if (age === null) return title
  return `${title}, age ${spanTitle(age.p50)}${age.p95 === age.p50 ? '' : `, p95 ${spanTitle(age.p95)}`}`
}

/** What a week of the measure is, and a month: `late arrivals caught: 4,130 a week (17,946 a month)`, `fraud stopped: $27,801 a week ($120,802 a month)`. */
export function measured(aWeek: number, { name, unit }: UtilityPart): string {
  const isSaid = unit !== '$' && name.startsWith(unit)
  return `${name === unit ? '' : `${name}: `}${aWeekText(aWeek, isSaid && name !== unit ? '' : unit)}`
}

/** `15 min`, `1 week or more`; of what runs at a cadence that, as rows have it: `every hour`, whose age is half of it. */
export function kneeTitle({ age, beyond }: Knee, rungs: ElementPart['rungs'] = []): string {
  const cadence = rungs.find(rung => rung.age === age && rung.setting.kind === 'every')
  return `${cadence?.title ?? spanTitle(age)}${beyond === true ? ' or more' : ''}`
}

/** What the knees of the two curves are called wherever they stand: an age says nothing without whose it is. */
export const kneeNames = { incident: 'incident knee', planned: 'planned knee' } as const

/**
 * The oldest ages at which hardly anything is lost, by accident and by design, or why there is none; nothing of that which the verdict says. How much may be lost up to there is in the rows of the table: a second bound of it
 * beside that of a plan, which is of all that changes, would look like another answer to the same question.
 */
export function kneeSentences({
  knee,
  refitKnee,
  rungs,
  verdict,
}: Pick<ElementPart, 'knee' | 'refitKnee' | 'rungs' | 'verdict'>): string[] {
  const said = (name: string, found: Knee | Reason): string => {
    if (isKnown(found)) return `${name}: ${kneeTitle(found, rungs)}`
    return rungs.length === 0 || found.why === verdict.why ? '' : `no ${name}: ${found.why}`
  }
  const isNone = !isKnown(knee) && !isKnown(refitKnee) && knee.why === refitKnee.why
  const both = isNone ? [said('knee, incident or planned', knee)] : [said(kneeNames.incident, knee), said(kneeNames.planned, refitKnee)]
  return both.filter(text => text !== '').map(sentence)
}

/** From which price on the fresher choice pays, and how much more history would decide; each empty where nothing is said of it, or what the verdict says. */
export const breakEvenSentence = ({ verdict: { breakEven, why } }: ElementPart, unit: string): string =>
  breakEven === undefined || (!isKnown(breakEven) && breakEven.why === why)
    ? ''
    : isKnown(breakEven)
      ? `The fresher choice pays if one unit (${unit}) is worth more than ${estimateText(breakEven, '$')}.`
      : sentence(`Break-even: ${breakEven.why}`)

export const moreSentence = ({ verdict: { moreWeeks } }: ElementPart): string =>
  moreWeeks === undefined
    ? ''
    : `About ${counted(Math.ceil(moreWeeks), 'more week')} of history would decide, if the difference is what it seems.`

/** `−1.3, no interval`: a point estimate from which nothing is concluded; `not known` where there is none. */
export const pointText = ({ value }: NoInterval, unit = ''): string =>
  value === undefined ? 'not known' : `${inUnit(value, unit)}, no interval`

/** What planned change or else what incident the table shows of a rung. */
export const plannedOf = ({ refit }: Rung) => (isKnown(refit) ? refit.aWeek : refit)

/** How a rung performs: the model as it is, or trained anew where it has no score of its own and says nothing. */
export const performanceOf = (rung: Rung) => (armShown(rung) === 'planned' ? plannedPerformance(rung)! : rung.frozen.performance)

/** Of which of the two a table has how often it acts, and how often that is right. */
export const armShown = ({ frozen, refit }: Rung): 'incident' | 'planned' =>
  !isKnown(frozen.aWeek) && isKnown(refit) && isKnown(refit.aWeek) ? 'planned' : 'incident'

/** How the model performs that is trained for it; undefined where nothing is trained. */
export const plannedPerformance = ({ refit }: Rung) => (isKnown(refit) ? refit.performance : undefined)

export interface AtStake {
  readonly element: ElementPart
  readonly rung: Rung
  readonly estimate: Estimate
  readonly arm: 'incident' | 'planned'
}

/**
 * The age that loses most for sure, by the upper end of its interval, of what a plan can run otherwise: as planned, or by incidents where nothing is known of an element's plans. Of others there
 * is nothing to decide. Where no element by itself loses for sure, groups that do together; where none does, the one that gains most; none where no interval leaves zero out.
 */
export function mostAtStake({ elements }: AuditReport): AtStake | undefined {
  const all = elements.filter(({ notObservable, unplanned }) => notObservable === undefined && unplanned === undefined).flatMap(judged)
  const [one, together] = [false, true].map(are => all.filter(({ element: { kind } }) => (kind === 'groups') === are))
  const loss = ({ estimate: { high } }: AtStake): number => -high
  return greatest(one, loss) ?? greatest(together, loss) ?? greatest(all, ({ estimate: { low } }) => low)
}

/** None where it is above zero for none. */
const greatest = (all: readonly AtStake[], by: (each: AtStake) => number): AtStake | undefined =>
  all.filter(each => by(each) > 0).toSorted((a, b) => by(b) - by(a))[0]

/** Its rungs by one arm, so that a lag by accident is not held against one by design. */
function judged(element: ElementPart): AtStake[] {
  const of = (arm: AtStake['arm'], estimateOf: (rung: Rung) => Estimate | Reason): AtStake[] =>
    element.rungs.flatMap(rung => {
      const estimate = estimateOf(rung)
      return isKnown(estimate) ? [{ element, rung, estimate, arm }] : []
    })
  const planned = of('planned', plannedOf)
  return planned.length > 0 ? planned : of('incident', ({ frozen }) => frozen.aWeek)
}

/** The proposed plan costs what the present one does, line by line. */
export const isSameCost = (a: CostOfPlan, b: CostOfPlan): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What a plan costs in a month of its years; once where they do not differ. */
export const yearsOf = ({ firstYear, steadyYear }: CostOfPlan): readonly (readonly [string, Range])[] =>
  JSON.stringify(firstYear) === JSON.stringify(steadyYear)
    ? [['the first year and a steady one alike', steadyYear]]
    : [
        ['first year', firstYear],
        ['steady year', steadyYear],
      ]

/** How the plan differs from the one that runs. */
export function changes({ plans: { now, proposed } }: AuditReport): readonly PlanChange[] {
  const before = new Map(now.map(({ element, title }) => [element, title]))
  const after = new Map(proposed.map(({ element, title }) => [element, title]))
  return [...new Set([...before.keys(), ...after.keys()])].map(element => ({
    element,
    now: before.get(element) ?? '–',
    proposed: after.get(element) ?? before.get(element) ?? '–',
  }))
}

export interface PlanChange {
  readonly element: string
  readonly now: string
  readonly proposed: string
}

/** What a plan runs otherwise than now: `card_now: nightly at 02:00, 2 h; action: digest every day`. */
export const changesText = ({ changes: changed }: OtherPlan): string =>
  changed.map(({ element, title }) => `${element.replace(/^group\//, '')}: ${title}`).join('; ')

/** What an element is called in the report. */
export const titleOfElement = ({ elements }: AuditReport, id: string): string => elements.find(({ element }) => element === id)?.title ?? id

/** `24 plans compared`, and what is counted where some of them decide alike. */
export function comparedText({ compared, evaluated }: AuditReport['plans']): string {
  const alike = compared - evaluated
  const said = `${counted(compared, 'plan')} compared`
  return alike > 0
    ? `${said}, ${count(evaluated)} with decisions of their own and ${count(alike)} that differ from one of these in cost alone`
    : said
}

/** What counts as hardly anything, of knees and of marks. */
export const hardlyAnything = `${KNEE_PART * 100} % of what a week is worth now`

/** What stands in the brackets of a net figure. */
export const netSentence =
  'Net is what is earned minus what it costs, and its brackets hold both: the low end is the least that is earned at the dearest prices, the high end the most at the cheapest.'

export const decisionTitles = {
  change: 'Change the plan',
  'keep what runs': 'Keep what runs',
  'no dollar verdict': 'No verdict in dollars',
  undecided: 'Undecided',
} as const
