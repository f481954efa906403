/** `slope`: the least-squares trend of a window's values over time. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { rejectCell, writeFinite, type SumRows } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, timeUnit, finite, none, nullIfEmpty, outOfRange } from './final-value.ts'
import { foldCells, foldPartials, TREND, trendFold } from './partial/fold.ts'
import { MOMENT_N, exactProductSum, exactSum } from './partial/moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { exceedsMomentLimit, rejectedBeyondMomentLimit, rowExceedsMomentLimit } from './partial/moment-limits.ts'
import { meanSql, roundedProduct, type TileSql } from './partial/aggregate-sql.ts'

/**
 * The least-squares slope per unit of time `per`: fl(fl(fl((n·Στx − Στ·Σx)·u) / fl(n·Στ² − (Στ)²)) / 10^s) over exact types
 * (semantics, numbers to the bit). NULL for fewer than two values, or if all have one time.
 */
export const slopeAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments<'trend'>> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleSlope(timeUnit(feature)) : exactSlope(timeUnit(feature), decimalUnit(feature.input))

const exactSlope = (per: number, unit: number): AggregateFunction<ExactMoments<'trend'>> => ({
  ...exactMomentPartials('trend'),
  finalize: nullIfEmpty(moments => {
    const { n, x, tau, tauTau, tauX } = moments
    if (n < 2) return none
    if (exceedsMomentLimit(moments)) return outOfRange
    const spread = n * tauTau - tau * tau
    if (spread === 0n) return none
    return { value: Number((n * tauX - tau * x) * BigInt(per)) / Number(spread) / unit }
  }),
  valueSql(window) {
    const n = window.toExact(window.count())
    const x = window.toExact(window.input)
    const tau = `(${window.toExact(window.time)} - ${window.asOf})`
    const sumTau = window.sum(tau)
    const spread = `(${n} * ${window.sum(`${tau} * ${tau}`)} - ${sumTau} * ${sumTau})`
    const covariation = `(${n} * ${window.sum(`${tau} * ${x}`)} - ${sumTau} * ${window.sum(x)})`
    const rise = roundedProduct(covariation, per, window)
    const value = `${rise} / ${window.roundToDouble(spread)} / ${window.doubleLiteral(unit)}`
    return { value: `CASE WHEN ${spread} > 0 THEN ${value} END`, rejected: rejectedBeyondMomentLimit(window) }
  },
  finalizeRows(partials: SumRows) {
    const { rows, columns, layout, out, at } = partials
    for (let i = 0; i < rows; i++) {
      if (columns[MOMENT_N][i] < 2) out.nulls[at + i] = 1
      else if (rowExceedsMomentLimit(partials, i)) rejectCell(out, at + i)
      else {
        const n = BigInt(columns[MOMENT_N][i])
        const tau = exactSum(columns, layout.tau, 2, i)
        const spread = n * exactProductSum(columns, layout.tauTau, 3, i) - tau * tau
        const covariation = n * exactProductSum(columns, layout.tauX, 3, i) - tau * exactSum(columns, layout.x, layout.xLimbs, i)
        if (spread === 0n) out.nulls[at + i] = 1
        else out.values[at + i] = Number(covariation * BigInt(per)) / Number(spread) / unit
      }
    }
  },
})

const doubleSlope = (per: number): AggregateFunction<Float64Array> => ({
  ...foldPartials(trendFold),
  finalize: nullIfEmpty(partial => {
    const spread = partial[TREND.spread]
    return partial[TREND.n] < 2 || spread === 0 ? none : finite((partial[TREND.covariation] * per) / spread)
  }),
  tileSql: doubleTrendSql,
  valueSql(window) {
    const { covariation, spread } = window.trend()
    const zeroSpan = `${window.min(window.time)} = ${window.max(window.time)}`
    return { value: `CASE WHEN NOT ${zeroSpan} THEN ${covariation} * ${window.doubleLiteral(per)} / ${spread} END` }
  },
  finalizeRows({ rows, columns, out, at }) {
    const n = columns[TREND.n]
    const spread = columns[TREND.spread]
    const covariation = columns[TREND.covariation]
    for (let i = 0; i < rows; i++) {
      if (n[i] < 2 || spread[i] === 0) out.nulls[at + i] = 1
      else writeFinite(out, at + i, (covariation[i] * per) / spread[i])
    }
  },
})

/** The cells of a trend over doubles, with the tile's first time as its origin. */
function doubleTrendSql(tile: TileSql): readonly string[] {
  const origin = tile.min(tile.time)
  const tau = (time: string): string => tile.toDouble(`(${time} - ${origin})`)
  const sumTau = tile.toDouble(`(${tile.sum(tile.toExact(tile.time))} - ${tile.toExact(origin)} * ${tile.toExact(tile.count())})`)
  const meanTau = `(${sumTau} / ${tile.toDouble(tile.count())})`
  const meanX = meanSql(tile)
  return foldCells(TREND, {
    n: tile.count(),
    origin,
    meanTau,
    meanX,
    spread: tile.sumInSecondPass(({ time }) => `(${tau(time)} - ${meanTau}) * (${tau(time)} - ${meanTau})`),
    covariation: tile.sumInSecondPass(({ time, input }) => `(${tau(time)} - ${meanTau}) * (${input} - ${meanX})`),
  })
}
