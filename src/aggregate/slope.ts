/** `slope`: the least-squares trend of a window's values over time. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { rejectCell } from './feature-column.ts'
import { isDouble, decimalUnit, timeUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { finite, none, nullIfEmpty, outOfRange } from './final-value.ts'
import { trendFold } from './fold.ts'
import { exactProductSum, exactSum } from './moments.ts'
import { exactMomentPartials, isBeyondProducts, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import { roundedProduct, type TileSql } from './aggregate-sql.ts'
import { meanSql, momentsOutOfRange } from './variance.ts'

/**
 * The least-squares slope per unit of time `per`: fl(fl(fl((n·Στx − Στ·Σx)·u) / fl(n·Στ² − (Στ)²)) / 10^s) over exact types
 * (semantics, numbers to the bit). NULL for fewer than two values, or if all have one time.
 */
export const slopeAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleSlope(timeUnit(feature)) : exactSlope(feature)

const exactSlope = (feature: FeatureIR): AggregateFunction<ExactMoments> => ({
  ...exactMomentPartials('trend'),
  finalize: nullIfEmpty(moments => {
    if (moments.n < 2) return none
    if (isBeyondProducts(moments)) return outOfRange
    const n = BigInt(moments.n)
    const spread = n * moments.tauTau - moments.tau * moments.tau
    if (spread === 0n) return none
    const covariation = n * moments.tauX - moments.tau * moments.x
    return { value: Number(covariation * BigInt(timeUnit(feature))) / Number(spread) / decimalUnit(feature.input) }
  }),
  valueSql(window) {
    const n = window.toExact(window.count())
    const x = window.toExact(window.input)
    const tau = `(${window.toExact(window.time)} - ${window.asOf})`
    const sumTau = window.sum(tau)
    const spread = `(${n} * ${window.sum(`${tau} * ${tau}`)} - ${sumTau} * ${sumTau})`
    const covariation = `(${n} * ${window.sum(`${tau} * ${x}`)} - ${sumTau} * ${window.sum(x)})`
    const rise = roundedProduct(covariation, timeUnit(feature), window)
    const value = `${rise} / ${window.roundToDouble(spread)} / ${window.doubleLiteral(decimalUnit(feature.input))}`
    return { value: `CASE WHEN ${spread} > 0 THEN ${value} END`, rejected: momentsOutOfRange(window) }
  },
  finalizeRows: finalizeExact,
})

const doubleSlope = (per: number): AggregateFunction<Float64Array> => ({
  ...foldPartials(trendFold),
  finalize: nullIfEmpty(([n, , , , spread, covariation]) => (n < 2 || spread === 0 ? none : finite((covariation * per) / spread))),
  tileSql: doubleTrendSql,
  valueSql(window) {
    const { covariation, spread } = window.trend()
    const zeroSpan = `${window.min(window.time)} = ${window.max(window.time)}`
    return { value: `CASE WHEN NOT ${zeroSpan} THEN ${covariation} * ${window.doubleLiteral(per)} / ${spread} END` }
  },
  finalizeRows: finalizeDouble,
})

/** The cells of a trend over doubles, with the tile's first time as its origin. */
function doubleTrendSql(tile: TileSql): readonly string[] {
  const origin = tile.min(tile.time)
  const tau = (time: string): string => tile.toDouble(`(${time} - ${origin})`)
  const sumTau = tile.toDouble(`(${tile.sum(tile.toExact(tile.time))} - ${tile.toExact(origin)} * ${tile.toExact(tile.count())})`)
  const meanTau = `(${sumTau} / ${tile.toDouble(tile.count())})`
  return [
    tile.count(),
    origin,
    meanTau,
    meanSql(tile),
    tile.sumInSecondPass(({ time }) => `(${tau(time)} - ${meanTau}) * (${tau(time)} - ${meanTau})`),
    tile.sumInSecondPass(({ time, input }) => `(${tau(time)} - ${meanTau}) * (${input} - ${meanSql(tile)})`),
  ]
}

function finalizeExact({ feature, rows, columns, layout, out, at }: PartialRows): void {
  const count = columns[0]
  const unit = decimalUnit(feature.input)
  const per = BigInt(timeUnit(feature))
  for (let i = 0; i < rows; i++) {
    if (count[i] < 2) {
      out.nulls[at + i] = 1
      continue
    }
    if (count[i] > limits.MOMENT_COUNT_MAX || (layout!.outside >= 0 && columns[layout!.outside][i] !== 0)) {
      rejectCell(out, at + i)
      continue
    }
    const n = BigInt(count[i])
    const tau = exactSum(columns, layout!.tau, 2, i)
    const spread = n * exactProductSum(columns, layout!.tauTau, 3, i) - tau * tau
    if (spread === 0n) out.nulls[at + i] = 1
    else {
      const covariation = n * exactProductSum(columns, layout!.tauX, 3, i) - tau * exactSum(columns, layout!.x, layout!.xLimbs, i)
      out.values[at + i] = Number(covariation * per) / Number(spread) / unit
    }
  }
}

function finalizeDouble({ feature, rows, columns, out, at }: PartialRows): void {
  const per = timeUnit(feature)
  const spread = columns[4]
  const covariation = columns[5]
  for (let i = 0; i < rows; i++) {
    const value = (covariation[i] * per) / spread[i]
    if (columns[0][i] < 2 || spread[i] === 0) out.nulls[at + i] = 1
    else if (Number.isFinite(value)) out.values[at + i] = value + 0
    else rejectCell(out, at + i)
  }
}
