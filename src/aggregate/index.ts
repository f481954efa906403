/** Aggregate functions: one file an aggregate, with `lift`, `merge`, `finalize`, and the tile format that engines share. */
export { aggregateOf } from './aggregate-of.ts'
export {
  type AggregateFunction,
  decimalUnit,
  type FeatureColumn,
  isDouble,
  nullValue,
  type PartialAggregate,
  refusals,
  refuseCell,
  timeUnit,
} from './aggregate.ts'
export type { Fold } from './fold.ts'
export { codeOfNumber, codeOfText, isCode, RANK_BITS, rankOf, rankWeights, registerOf, Registers } from './hyperloglog.ts'
export { liftMoments, modulo54, type MomentLayout, momentLayout, type MomentTerm } from './moments.ts'
export { roundSignificant } from './round-significant.ts'
export type { SqlValue, SqlWindow, TileSql } from './sql.ts'
export type { CountedValues, ValueTally } from './tally.ts'
export type { TileCell, TileEvent, TileValue } from './tile.ts'
