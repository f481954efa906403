import type { Range } from '../domain/audit-report.ts'

/**
 * Three scenarios of one cost. `low` takes the cheap end of every price and assumption, `high` the dear end. They bound the inputs and are
 * not confidence intervals.
 */
export const priceScenarios = ['low', 'base', 'high'] as const
export type PriceScenario = (typeof priceScenarios)[number]

/** A range from a function of the scenario. */
export const rangeFrom = (of: (scenario: PriceScenario) => number): Range => ({ low: of('low'), base: of('base'), high: of('high') })

/** A range with three equal values. */
export const exactRange = (value: number): Range => ({ low: value, base: value, high: value })

export const zeroRange: Range = exactRange(0)

/** Sum of ranges, scenario by scenario. */
export const sumOfRanges = (ranges: readonly Range[]): Range =>
  rangeFrom(scenario => ranges.reduce((sum, range) => sum + range[scenario], 0))

/** Orders the three values. Simulated results need not rise with their inputs. */
export const orderedRange = ({ low, base, high }: Range): Range => ({
  low: Math.min(low, base, high),
  base,
  high: Math.max(low, base, high),
})

/** Left less right within each scenario, since both pay the same prices; then ordered. */
export const rangeDifference = (left: Range, right: Range): Range => orderedRange(rangeFrom(scenario => left[scenario] - right[scenario]))
