/** Verdict that a feature group may be a day old whatever its cost, since its curve shows almost no loss up to that age. */
import { KNEE_PART, kneeOf, type KneeOptions, type LadderRung } from '../statistics/knee.ts'
import type { ElementPart, Verdict } from '../domain/audit-report.ts'
import { ofUnit, share } from '../domain/figures.ts'
import { isWhy } from '../domain/plan-types.ts'

/** Choice of the verdict. */
export const SAFE = 'safe to be a day old'

const DAY = 86_400_000

/** True if an element has this verdict. */
export const isSafe = ({ verdict }: Pick<ElementPart, 'verdict'>): boolean => verdict.choice === SAFE

/**
 * The verdict, if the curve reaches a day and no level up to it loses more than `KNEE_PART` of the weekly value, by its upper bound.
 * Undefined for an element that is a day old now. `trained` describes the model of the curve.
 */
export function safeVerdict(
  curve: readonly LadderRung[],
  options: KneeOptions,
  trained: string,
): Pick<Verdict, 'choice' | 'why'> | undefined {
  const day = curve.findIndex(({ age }) => age >= DAY)
  if (options.now >= DAY || day < 0) return undefined
  const { part = KNEE_PART, nowAWeek, unit = '' } = options
  const knee = kneeOf(curve.slice(0, day + 1), { ...options, part })
  if (isWhy(knee) || knee.age < curve[day].age) return undefined
  const loss =
    knee.loss > 0 ? `loses at most ${share(knee.loss / nowAWeek)} (${ofUnit(knee.loss, unit)} a week)` : 'is not shown to lose anything'
  return { choice: SAFE, why: `a day old, with a model ${trained}, it ${loss}, at as many alerts, by the upper bound of its interval` }
}
