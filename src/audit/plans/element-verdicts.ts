/**
 * Verdicts on elements: the choice that holds against all others within the plan (`judge.ts`), or `undecided`, with its grounds.
 *
 * A verdict needs evidence, whatever runs now. `stream` requires that streaming is shown to pay, `batch` that its loss is bounded below its
 * savings.
 */
import { limits, DAY_MS } from '../../base/index.ts'
import type { PlanPart, Range } from '../domain/audit-report.ts'
import { elementId } from '../domain/element.ts'
import type { ElementPart, ElementVerdict, FreshnessThreshold } from '../domain/element-report.ts'
import { quantityText, percentageText } from '../domain/figures.ts'
import { NOTHING_TO_CHOOSE } from '../domain/setting-text.ts'
import { isInconclusive, type Inconclusive, type IntervalEstimate, type PlanElement, type PlanSearchProblem } from '../domain/plan-types.ts'
import {
  freshnessThreshold,
  TOLERATED_LOSS,
  type FreshnessThresholdOptions,
  type SweepCurveLevel,
} from '../statistics/freshness-threshold.ts'
import { breakEvenAmong, freshestOverCheapest } from './break-even.ts'
import { isKnown, type PlanComparison } from './compare.ts'
import { comparisonOf, type ChoiceComparison, type PlanJudgement } from './judge.ts'
import { groundsText, otherChangesText, type UncertainNet, type VerdictGrounds } from './verdict-grounds.ts'

export const UNDECIDED = 'undecided'
export const NOT_OBSERVABLE = 'not observable in this history'
/** Choice of feature groups that are swept together. */
export const BY_PLAN = 'by the plan'
/** Choices that the curve decides, whatever the costs. */
export const SAFE_DAY_OLD = 'safe to be a day old'
const KEEP_FRESH = 'keep as fresh as now'

/** Verdict on an element without other choices in the space of plans. */
export function fixedVerdict({ notObservable }: PlanElement): ElementVerdict {
  if (notObservable !== undefined) return { choice: NOT_OBSERVABLE, why: notObservable }
  return { choice: NOTHING_TO_CHOOSE, why: 'there is no other way of running it to compare with' }
}

/** Verdict on an element of the space; `element` is its index. */
export function elementVerdict(
  elements: readonly PlanElement[],
  element: number,
  judgement: PlanJudgement,
  problem: PlanSearchProblem,
): ElementVerdict {
  const { choices } = elements[element]
  const grounds = groundsOf(choices, element, judgement, problem)
  const more = grounds.kind === 'uncertain' ? weeksToDecide(grounds.others, problem) : undefined
  const breakEven = breakEvenIn(choices, judgement.choiceComparisons[element], problem)
  return {
    choice: grounds.kind === 'holds' ? choices[grounds.pick].title : UNDECIDED,
    why: groundsText(grounds, choices, problem.unit, otherChangesText(elements, element, judgement)),
    ...(more !== undefined && { moreWeeks: more }),
    ...(breakEven !== undefined && { breakEven }),
  }
}

/** With a known value per outcome the break-even value is shown only where it is known, and never where values are dollars. */
function breakEvenIn(
  choices: PlanElement['choices'],
  comparisons: readonly ChoiceComparison[],
  { unit, price }: PlanSearchProblem,
): ElementVerdict['breakEven'] {
  if (unit === '$') return undefined
  const breakEven = breakEvenAmong(choices, comparisons)
  return price !== undefined && isInconclusive(breakEven) ? undefined : breakEven
}

function groundsOf(
  choices: PlanElement['choices'],
  element: number,
  { testedPicks, proposedPicks, bestPicks, choiceComparisons }: PlanJudgement,
  { price }: PlanSearchProblem,
): VerdictGrounds {
  const comparisons = choiceComparisons[element]
  const [best, proposed] = [bestPicks[element], proposedPicks[element]]
  if (best === undefined) return undecidedGrounds(choices, comparisons, testedPicks[element], price)
  if (best === proposed) return { kind: 'holds', pick: best, comparisons: comparisons.filter(({ pick }) => pick === best) }
  return { kind: 'not proposed', pick: best, proposed, isSame: comparisonOf(comparisons, best, proposed).isSame }
}

function undecidedGrounds(
  choices: PlanElement['choices'],
  comparisons: readonly ChoiceComparison[],
  testedPick: number,
  price: number | undefined,
): VerdictGrounds {
  const unknown = unknownIn(comparisons[0].comparison)
  if (unknown) return { kind: 'unknown', why: unknown.why }
  if (comparisons.every(({ comparison }) => comparison.isSame))
    return { kind: 'same decisions', cheaper: comparisons.find(({ comparison: { cost } }) => !isInconclusive(cost) && cost.base < 0) }
  if (price === undefined) return unpricedGrounds(freshestOverCheapest(choices, comparisons))
  const best = bestByEstimate(choices, comparisons) ?? testedPick
  const own = comparisons.filter(({ pick }) => pick === best)
  const others: UncertainNet[] = []
  for (const { over, comparison } of own) {
    const { isSame, net } = comparison
    if (isSame) continue
    if (isInconclusive(net)) return { kind: 'unknown', why: net.why }
    if (isKnown(comparison) && net.low <= 0) others.push({ over, net, cost: comparison.cost })
  }
  if (others.length > 0) return { kind: 'uncertain', pick: best, others }
  const tie = own.find(({ comparison }) => comparison.isSame)
  return tie ? { kind: 'tie', comparison: tie } : { kind: 'none better' }
}

function unpricedGrounds(compared: ChoiceComparison | undefined): VerdictGrounds {
  const unknown = compared && unknownIn(compared.comparison)
  return unknown ? { kind: 'unknown', why: unknown.why } : { kind: 'no price', comparison: compared }
}

const unknownIn = ({ gain, cost }: PlanComparison): Inconclusive | undefined => [gain, cost].find(isInconclusive)

/** The choice that is ahead of every other one by the estimates, if any. */
function bestByEstimate(choices: PlanElement['choices'], comparisons: readonly ChoiceComparison[]): number | undefined {
  const isAhead = ({ comparison: { net, isSame, cost } }: ChoiceComparison): boolean =>
    isSame ? !isInconclusive(cost) && cost.base <= 0 : !isInconclusive(net) && net.value >= 0
  return [...choices.keys()].find(own => comparisons.filter(({ pick }) => pick === own).every(isAhead))
}

/** Additional weeks of history that would decide all of these; undefined as of `moreWeeks`, if that is undefined for any. */
function weeksToDecide(uncertain: readonly UncertainNet[], { weeks }: PlanSearchProblem): number | undefined {
  const more = uncertain.map(({ net, cost }) => moreWeeks(net, cost, weeks))
  return more.reduce((longest, own) => (longest === undefined || own === undefined ? undefined : Math.max(longest, own)))
}

/**
 * Weeks by which a history of `weeks` must be longer to decide, assuming the current estimates. Rounded up; undefined if more than
 * AUDIT_MORE_WEEKS_MAX, or if no history decides.
 *
 * The half width of `net` is the sampling error of the gain plus the range of the cost over the price scenarios. Blocks are shares of the
 * history, so the sampling error shrinks with the square root of its length; the range of the cost stays. Their sum falls below the value
 * after `weeks · (sampling error / (|value| − range))²`.
 */
export function moreWeeks({ value, low, high }: IntervalEstimate, cost: Range, weeks: number): number | undefined {
  const [half, priceRange] = value > 0 ? [value - low, cost.high - cost.base] : [high - value, cost.base - cost.low]
  const [samplingError, margin] = [half - priceRange, Math.abs(value) - priceRange]
  if (!(margin > 0 && samplingError >= margin)) return undefined
  const more = Math.max(1, Math.ceil(weeks * ((samplingError / margin) ** 2 - 1)))
  return more <= limits.AUDIT_MORE_WEEKS_MAX ? more : undefined
}

/**
 * Verdict on feature groups that are swept together: the plan's settings of these groups. A plan sets each group separately, so nothing is
 * decided for all at once.
 */
export function jointVerdict(groups: readonly string[], plans: Pick<PlanPart, 'now' | 'proposed'>): ElementVerdict {
  const title = (of: 'now' | 'proposed', group: string) =>
    plans[of].find(({ element }) => element === elementId({ kind: 'group', group }))?.title
  const changedGroups = groups.filter(group => title('now', group) !== title('proposed', group))
  const changes = changedGroups.map(group => `"${group}" as ${title('proposed', group)}`).join(', ')
  const outcome =
    changedGroups.length === 0
      ? 'the one that is kept leaves all of them as they run'
      : `the one that is proposed runs ${changes}${changedGroups.length < groups.length ? ', and leaves the others as they run' : ''}`
  return { choice: BY_PLAN, why: `a plan sets each of these groups by itself: ${outcome}` }
}

/** True if an element may be a day old. */
export const isSafeDayOld = ({ verdict }: Pick<ElementPart, 'verdict'>): boolean => verdict.choice === SAFE_DAY_OLD

/** A staleness curve, the weekly value at stake, and the words for its model. */
export interface FreshnessEvidence extends FreshnessThresholdOptions {
  /** Levels ascend by age. */
  readonly curve: readonly SweepCurveLevel[]
  /** Greatest age that the alert allows, ms; the verdict allows none beyond it. */
  readonly alert?: number
  /** The model of the curve: `as it is`, `retrained for that age`. */
  readonly model: string
  /** Title of an allowed age in the verdict: `keep within 15 min`. */
  readonly keepTitle: (level: SweepCurveLevel) => string
}

/** The verdict of the curve whatever the costs: how old the element may be. Undefined where the curve does not tell. */
export function freshnessVerdict(evidence: FreshnessEvidence): Pick<ElementVerdict, 'choice' | 'why'> | undefined {
  return safeDayOldVerdict(evidence) ?? keepWithinVerdict(evidence)
}

/**
 * A feature group may be a day old: the curve reaches a day, and no level up to it loses more than `TOLERATED_LOSS` of the weekly value, by
 * its upper bound. Undefined otherwise, for an element that is a day old now, and where the alert would page before a day.
 */
function safeDayOldVerdict({
  curve,
  alert = Infinity,
  model,
  ...options
}: FreshnessEvidence): Pick<ElementVerdict, 'choice' | 'why'> | undefined {
  const day = curve.findIndex(({ age }) => age >= DAY_MS)
  if (options.now >= DAY_MS || day < 0 || alert < DAY_MS) return undefined
  const threshold = freshnessThreshold(curve.slice(0, day + 1), options)
  if (isInconclusive(threshold) || threshold.age < curve[day].age) return undefined
  return { choice: SAFE_DAY_OLD, why: `a day old, with the model ${model}, it ${atMostText(threshold.loss, options)}` }
}

/** The greatest age without a loss, where an older level is shown to lose more than the tolerated share. */
function keepWithinVerdict(evidence: FreshnessEvidence): Pick<ElementVerdict, 'choice' | 'why'> | undefined {
  const { curve, alert = Infinity, model, keepTitle, ...options } = evidence
  const { now, nowPerWeek } = options
  if (!(nowPerWeek > 0)) return undefined
  const losing = curve.find(({ age, perWeek }) => age > now && !('why' in perWeek) && -perWeek.high > TOLERATED_LOSS * nowPerWeek)
  if (!losing || 'why' in losing.perWeek) return undefined
  const atLeast = `at ${losing.title} it loses at least ${percentageText(-losing.perWeek.high / nowPerWeek)}, with the model ${model}`
  const threshold = freshnessThreshold(curve, options)
  const allowed = isInconclusive(threshold) ? undefined : curve.findLast(({ age }) => age > now && age <= Math.min(threshold.age, alert))
  if (allowed === undefined) return { choice: KEEP_FRESH, why: `${atLeast}; no age below it is shown to be safe` }
  return {
    choice: keepTitle(allowed),
    why: `at ${allowed.title} it ${atMostText((threshold as FreshnessThreshold).loss, options)}; ${atLeast}`,
  }
}

function atMostText(loss: number, { nowPerWeek, unit = '' }: FreshnessThresholdOptions): string {
  if (!(loss > 0)) return 'is not shown to lose anything'
  return `loses at most ${percentageText(loss / nowPerWeek)} (${quantityText(loss, unit)} a week), at equal alert volume`
}
