/** Aggregate functions: `lift`, `merge` and `finalize` of each aggregate, its SQL, and the tile format that engines share. */
export { aggregateOf } from './aggregate-of.ts'
export type { ScalarSql, SqlWindow, TileSql } from './partial/aggregate-sql.ts'
export type { AggregateFunction } from './partial/aggregate-function.ts'
export { featureBytes, featureSlice, selectFeatureRows, sharedZeros, toSharedColumn } from './feature-columns.ts'
export { decimalUnit, isDouble, timeUnit } from './final-value.ts'
export { codeOfNumber, codeOfText, isCode, RANK_BITS, rankOf, rankWeights, registerOf, Registers } from './hyperloglog.ts'
export {
  type CountedValues,
  type FeatureColumn,
  type Fold,
  type KernelPartial,
  nullValue,
  rejectCell,
  rejections,
  type ValueTally,
} from './partial/kernel-partial.ts'
export { liftMoments, modulo54, type MomentLayout, momentLayout, type MomentTerm } from './partial/moments.ts'
export { quantileBucket } from './quantile.ts'
export type { TileCell, TileValue } from './partial/tile-format.ts'
