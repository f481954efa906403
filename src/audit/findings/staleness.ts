/** The staleness table of a summary: for each element its change by age, and the ages that are safe or need an alert. */
import { assert } from '../../base/index.ts'
import type { ElementPart, SweepEffect, SweepLevel } from '../domain/element-report.ts'
import { isAvailable, type MissingReason } from '../domain/figures.ts'
import { NOTHING_TO_CHOOSE } from '../domain/setting-text.ts'
import type { StalenessChange, StalenessRow } from '../domain/summary.ts'
import { sweepCurve } from '../compare/staleness-sweep.ts'
import { BY_PLAN } from '../plans/element-verdicts.ts'
import { losesAtOnce } from '../statistics/freshness-threshold.ts'
import { firstOlderIndex, isChangedBy, isFresher, isScheduled, nameOf, type SummaryParts } from './summary-parts.ts'

/** `shareMin`: the greatest loss, as a share of the weekly value: −1 for a count, which cannot lose more than all of it. */
export function stalenessRow(part: ElementPart, { utility, plans }: SummaryParts, shareMin: number): StalenessRow {
  const isRetrained = isAvailable(utility.retrained) && part.levels.some(({ withRetraining }) => isAvailable(withRetraining))
  const base = isRetrained && isAvailable(utility.retrained) ? utility.retrained.perWeek : utility.now.perWeek
  const levels = part.levels.map(level => {
    const incident = changeOf(level.withoutRetraining, utility.now.perWeek, shareMin)
    return {
      title: level.title,
      age: level.age,
      change: changeOf(isRetrained ? level.withRetraining : level.withoutRetrainingAtVolume, base, shareMin),
      incident: isAvailable(incident) ? incident.share : incident,
    }
  })
  const isChanged = isChangedBy(plans, part)
  const firstOlder = firstOlderIndex(part)
  const next = isChanged && levels.length > 0 && isFresher(part.levels[0], part) ? 0 : nextSchedule(part)
  return {
    element: part.element,
    name: part.kind === 'group' ? part.element.slice('group/'.length) : part.kind === 'groups' ? 'all groups' : part.element,
    now: part.now.title,
    mode: isRetrained ? 'with retraining' : 'without retraining',
    levels,
    ...(firstOlder !== undefined && { firstOlder }),
    ...(next !== undefined && { next }),
    within: isChanged ? { why: 'it is proposed to run otherwise' } : withinOf(part),
    choice: choiceOf(part, next === undefined ? undefined : levels[next].change),
  }
}

/** Index of the next slower schedule, or of the oldest level. */
function nextSchedule({ levels }: ElementPart): number | undefined {
  const scheduled = levels.findIndex(({ literal }) => literal === 'next schedule')
  return levels.length === 0 ? undefined : scheduled === -1 ? levels.length - 1 : scheduled
}

/** The verdict; of all groups together, what they tolerate together. */
function choiceOf({ kind, unplanned, verdict }: ElementPart, atNext: StalenessChange | MissingReason | undefined): string {
  if (unplanned !== undefined) return NOTHING_TO_CHOOSE
  if (kind !== 'groups' || verdict.choice !== BY_PLAN) return verdict.choice
  return atNext && isAvailable(atNext) && atNext.perWeek.high < 0 ? 'not all at once' : 'each by itself'
}

/** A change, as a share of the weekly value `base` too, and at least `shareMin`. */
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
function withinOf(part: ElementPart): string | MissingReason {
  const { plannedThreshold, incidentThreshold, levels } = part
  const isRetrained = levels.some(({ withRetraining }) => isAvailable(withRetraining))
  const threshold = isRetrained ? plannedThreshold : incidentThreshold
  if (!isAvailable(threshold)) return { why: threshold.why }
  return `${ageAt(part, threshold.age)}${threshold.beyond === true ? ' or more' : ''}`
}

/** The level at a freshness threshold: `15 min`, `nightly at 02:00, 2 h`; of a group in batch runs `15 min late`, beyond its schedule. */
function ageAt(part: ElementPart, threshold: number): string {
  const level = part.levels.findLast(({ age }) => age <= threshold)
  assert(level !== undefined, 'a freshness threshold is the age of a level')
  return levelAgeText(part, level)
}

/** The title of a level, with `late` where it adds to the age of batch runs. */
const levelAgeText = (part: ElementPart, { setting, title }: SweepLevel): string =>
  `${title}${setting.kind === 'older' && isScheduled(part) ? ' late' : ''}`

/** Incident thresholds, and elements that lose at any delay; one without a loss at any level needs no alert. */
export const alertAt = ({ elements, utility }: SummaryParts): string[] =>
  elements.flatMap(part => {
    const { incidentThreshold: threshold, levels, unplanned } = part
    const firstOlder = firstOlderIndex(part)
    if (unplanned !== undefined || firstOlder === undefined) return []
    if (isAvailable(threshold)) return threshold.beyond === true ? [] : [`${nameOf(part)} ${ageAt(part, threshold.age)}`]
    const isLost = losesAtOnce(sweepCurve(levels, 'withoutRetraining'), { now: part.now.age?.p50 ?? 0, nowPerWeek: utility.now.perWeek })
    return isLost ? [`${nameOf(part)} below ${levelAgeText(part, levels[firstOlder])}, the shortest age tried`] : []
  })

/** Ages that are safe for each element alone; a model's own schedule is none of them. */
export const mayBeOlder = (elements: readonly ElementPart[], rows: readonly StalenessRow[]): string[] =>
  elements.flatMap((part, i) => {
    const { within } = rows[i]
    const isPlanned = part.kind !== 'groups' && part.kind !== 'training' && part.unplanned === undefined
    return isPlanned && typeof within === 'string' ? [`${nameOf(part)} ${within}`] : []
  })
