/** A verdict of its own: a group that may be a day old, whatever it costs or saves, since its curve shows that so old it hardly loses. */
import { KNEE_PART, kneeOf, type KneeOptions, type LadderRung } from '../statistics/knee.ts'
import type { ElementPart, Verdict } from '../domain/audit-report.ts'
import { ofUnit, share } from '../domain/figures.ts'
import { isWhy } from '../domain/plan-types.ts'

export const SAFE = 'safe to be a day old'

const DAY = 86_400_000

export const isSafe = ({ verdict }: Pick<ElementPart, 'verdict'>): boolean => verdict.choice === SAFE

/**
 * Where the curve reaches a day, and up to there no level loses more than `KNEE_PART` of what a week is worth, by its upper bound; nothing of what is a day old now. `trained`: what the curve is of, in words.
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
