import type { Range } from '../domain/audit-report.ts'

/**
 * Three scenarios of one cost. `low` takes whatever is cheap of everything, prices and assumptions, `high` whatever is dear; so they are bounds of what was given, and no interval of chance.
 */
export const scenarios = ['low', 'base', 'high'] as const
export type Scenario = (typeof scenarios)[number]

export const rangeOf = (of: (scenario: Scenario) => number): Range => ({ low: of('low'), base: of('base'), high: of('high') })

export const exactly = (value: number): Range => ({ low: value, base: value, high: value })

export const nothing: Range = exactly(0)

export const sumOf = (ranges: readonly Range[]): Range => rangeOf(scenario => ranges.reduce((sum, range) => sum + range[scenario], 0))

/** The least and the greatest of the three as `low` and `high`: what is simulated need not rise with what it is given. */
export const ordered = ({ low, base, high }: Range): Range => ({ low: Math.min(low, base, high), base, high: Math.max(low, base, high) })

/** Left less right within each scenario, since both are paid at the same prices; `low` and `high` are the least and the greatest of the three. */
export const difference = (left: Range, right: Range): Range => ordered(rangeOf(scenario => left[scenario] - right[scenario]))
