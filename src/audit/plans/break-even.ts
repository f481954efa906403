/** Break-even value per outcome of an element: the extra cost of its fresher choice divided by its gain. */
import type { Range } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import { unitText } from '../domain/figures.ts'
import type { ChoiceComparison } from './judge.ts'
import { isInconclusive, type IntervalEstimate, type Inconclusive, type PlanChoice } from '../domain/plan-types.ts'

/** Break-even value of the freshest choice over the cheapest older one. */
export function breakEvenAmong(choices: readonly PlanChoice[], comparisons: readonly ChoiceComparison[]): Estimate | Inconclusive {
  const comparison = freshestOverCheapest(choices, comparisons)?.comparison
  return comparison ? breakEvenOf(comparison.gain, comparison.cost) : { why: NOTHING_OLDER }
}

/** Reason where no choice is older than another. */
export const NOTHING_OLDER = 'there is nothing older to compare with'

/**
 * The comparison of most interest: the freshest choice against the cheapest older one. Of equal values the cheaper counts as the freshest.
 */
export function freshestOverCheapest(
  choices: readonly PlanChoice[],
  comparisons: readonly ChoiceComparison[],
): ChoiceComparison | undefined {
  const freshest = Math.min(...choices.map(({ age }) => age))
  const cost = ({ comparison: { cost } }: ChoiceComparison): number => (isInconclusive(cost) ? 0 : cost.base)
  const pairs = comparisons.filter(
    ({ pick, over, comparison }) => choices[pick].age === freshest && choices[over].age > freshest && !comparison.isSame,
  )
  const [toCheapest] = pairs.toSorted((a, b) => cost(b) - cost(a))
  const [cheapestFresh] = pairs.filter(({ over }) => over === toCheapest?.over).sort((a, b) => cost(a) - cost(b))
  return cheapestFresh ?? comparisons.find(({ pick, over }) => choices[pick].age < choices[over].age)
}

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
