import type { Range } from '../domain/audit-report.ts'

/**
 * Three scenarios of one cost. `low` takes the cheap end of every price and assumption, `high` the dear end. They bound the inputs and are
 * not confidence intervals.
 */
export const scenarios = ['low', 'base', 'high'] as const
export type Scenario = (typeof scenarios)[number]

/** A range from a function of the scenario. */
export const rangeOf = (of: (scenario: Scenario) => number): Range => ({ low: of('low'), base: of('base'), high: of('high') })

/** A range with three equal values. */
export const exactly = (value: number): Range => ({ low: value, base: value, high: value })

export const nothing: Range = exactly(0)

/** Sum of ranges, scenario by scenario. */
export const sumOf = (ranges: readonly Range[]): Range => rangeOf(scenario => ranges.reduce((sum, range) => sum + range[scenario], 0))

/** Orders the three values. Simulated results need not rise with their inputs. */
export const ordered = ({ low, base, high }: Range): Range => ({ low: Math.min(low, base, high), base, high: Math.max(low, base, high) })

/** Left less right within each scenario, since both pay the same prices; then ordered. */
export const difference = (left: Range, right: Range): Range => ordered(rangeOf(scenario => left[scenario] - right[scenario]))
