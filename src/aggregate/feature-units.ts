/** Units of a feature: of its numbers and of its time. */
import type { FeatureIR, TypeIR } from '../define/ir/index.ts'

/** Is the input a double? */
export const isDouble = (input: TypeIR | undefined): boolean => input?.type === 'double'

/** 10^scale for a decimal, 1 for every other type: exact for every allowed scale. */
export const decimalUnit = (input: TypeIR | undefined): number => 10 ** (input?.type === 'decimal' ? (input.scale ?? 0) : 0)

/** The unit of time of `rate` and `slope`, ms; a minute by default. */
export const timeUnit = (feature: FeatureIR): number => feature.per ?? 60_000
