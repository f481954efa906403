/** Break-even value per outcome: the extra cost of the fresher choice divided by its gain. */
import type { Range } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import { unitText } from '../domain/figures.ts'
import { isInconclusive, type IntervalEstimate, type Inconclusive } from '../domain/plan-types.ts'

/** Dollars a unit. `gain` (units) and `cost` (dollars) are the monthly differences of the fresher choice from the other. */
export function breakEvenOf(gain: IntervalEstimate | Inconclusive, cost: Range | Inconclusive): Estimate | Inconclusive {
  if (isInconclusive(gain)) return gain
  if (isInconclusive(cost)) return cost
  if (cost.high <= 0) return { why: 'the fresher costs no more: it pays at any price' }
  if (gain.high <= 0) return { why: 'the fresher gains nothing: it pays at no price' }
  const least = Math.max(0, cost.low) / gain.high
  const value = Math.max(0, cost.base) / gain.value
  if (gain.low <= 0 || gain.value <= 0) {
    const seems = gain.value > 0 ? `${unitText(value, '$')} a unit if the gain is what it seems, and ` : ''
    return {
      why: `not shown, since there may be no gain; ${seems}${unitText(least, '$')} if it is the most that its interval has, at the lowest prices`,
    }
  }
  return { value, low: least, high: cost.high / gain.low }
}
