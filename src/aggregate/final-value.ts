/** Final values: what `finalize` makes of a partial aggregate, and the units of a feature. */
import type { FeatureIR, TypeIR, Value } from '../define/ir/index.ts'
import type { TileValue } from './partial/tile-format.ts'

/** NULL. */
export const none: TileValue = { value: null }

/** Rejected: the value exceeds exact arithmetic, or a double. */
export const outOfRange: TileValue = { value: null, rejected: 'SPILL_RANGE' }

/** A value over doubles, rejected where it is not finite. −0 is 0. */
export const finite = (value: number): TileValue => (Number.isFinite(value) ? { value: value + 0 } : outOfRange)

/** A physical value as delivered: exact numbers as fl(physical) / 10^scale. */
export const delivered = (value: Value, input: TypeIR | undefined): Value =>
  typeof value === 'number' ? value / decimalUnit(input) : value

/** The `finalize` of an aggregate that is NULL over no events. */
export const nullIfEmpty =
  <P>(finalize: (partial: P, asOf: number) => TileValue) =>
  (partial: P | undefined, asOf: number): TileValue =>
    partial === undefined ? none : finalize(partial, asOf)

/** Is the input a double? */
export const isDouble = (input: TypeIR | undefined): boolean => input?.type === 'double'

/** 10^scale for a decimal, 1 for every other type: exact for every allowed scale. */
export const decimalUnit = (input: TypeIR | undefined): number => 10 ** (input?.type === 'decimal' ? (input.scale ?? 0) : 0)

/** The unit of time of `rate` and `slope`, ms; a minute by default. */
export const timeUnit = (feature: FeatureIR): number => feature.per ?? 60_000
