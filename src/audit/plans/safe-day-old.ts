/** Verdict that a feature group may be a day old whatever its cost, since its curve shows almost no loss up to that age. */
import { freshnessThreshold, type FreshnessThresholdOptions, type SweepCurveLevel } from '../statistics/freshness-threshold.ts'
import type { ElementPart, ElementVerdict } from '../domain/element-report.ts'
import { quantityText, percentageText } from '../domain/figures.ts'
import { isInconclusive } from '../domain/plan-types.ts'

/** Choice of the verdict. */
export const SAFE_DAY_OLD = 'safe to be a day old'

const DAY = 86_400_000

/** True if an element has this verdict. */
export const isSafeDayOld = ({ verdict }: Pick<ElementPart, 'verdict'>): boolean => verdict.choice === SAFE_DAY_OLD

/**
 * The verdict, if the curve reaches a day and no level up to it loses more than `KNEE_PART` of the weekly value, by its upper bound.
 * Undefined for an element that is a day old now. `trained` describes the model of the curve.
 */
export function safeDayOldVerdict(
  curve: readonly SweepCurveLevel[],
  options: FreshnessThresholdOptions,
  trained: string,
): Pick<ElementVerdict, 'choice' | 'why'> | undefined {
  const day = curve.findIndex(({ age }) => age >= DAY)
  if (options.now >= DAY || day < 0) return undefined
  const { nowPerWeek, unit = '' } = options
  const threshold = freshnessThreshold(curve.slice(0, day + 1), options)
  if (isInconclusive(threshold) || threshold.age < curve[day].age) return undefined
  const loss =
    threshold.loss > 0
      ? `loses at most ${percentageText(threshold.loss / nowPerWeek)} (${quantityText(threshold.loss, unit)} a week)`
      : 'is not shown to lose anything'
  return {
    choice: SAFE_DAY_OLD,
    why: `a day old, with a model ${trained}, it ${loss}, at as many alerts, by the upper bound of its interval`,
  }
}
