/** `variance`: the sample variance of a window's values. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { rejectCell } from './feature-column.ts'
import { isDouble, decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { finite, none, nullIfEmpty, outOfRange } from './final-value.ts'
import { spreadFold } from './fold.ts'
import { exactProductSum, exactSum, type MomentLayout } from './moments.ts'
import { exactMomentPartials, isBeyondProducts, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import type { SqlValue, SqlWindow, TileSql } from './aggregate-sql.ts'

/**
 * The sample variance: fl(fl(fl(n·Q − S²) / fl(n·(n − 1))) / 10^(2s)) over exact types (semantics, numbers to the bit); NULL for fewer than
 * two values.
 */
export const varianceAggregate = (feature: FeatureIR): SpreadAggregate => {
  const unit = decimalUnit(feature.input) ** 2
  return spreadAggregate(feature, {
    finish: squared => squared / unit,
    finishSql: (squared, window) => `${squared} / ${window.doubleLiteral(unit)}`,
    finalizeRows: finalizeVariance,
  })
}

type SpreadAggregate = AggregateFunction<ExactMoments> | AggregateFunction<Float64Array>

interface Spread extends Pick<AggregateFunction, 'finalizeRows'> {
  /** The value of a variance in squared scaled units. */
  readonly finish: (squared: number) => number
  readonly finishSql: (squared: string, window: SqlWindow) => string
}

/** The aggregate function of the variance, or of what `finish` makes of it. */
export const spreadAggregate = ({ input }: FeatureIR, spread: Spread): SpreadAggregate =>
  isDouble(input) ? doubleSpread(spread) : exactSpread(spread)

const exactSpread = ({ finish, finishSql, finalizeRows }: Spread): AggregateFunction<ExactMoments> => ({
  ...exactMomentPartials('xx'),
  finalize: nullIfEmpty(moments => {
    if (moments.n < 2) return none
    if (isBeyondProducts(moments)) return outOfRange
    const n = BigInt(moments.n)
    return { value: finish(Number(n * moments.xx - moments.x * moments.x) / Number(n * (n - 1n))) }
  }),
  valueSql(window) {
    const n = window.count()
    const x = window.toExact(window.input)
    const sum = window.sum(x)
    const squares = window.roundToDouble(`(${window.toExact(n)} * ${window.sum(`${x} * ${x}`)} - ${sum} * ${sum})`)
    const squared = `${squares} / ${window.toDouble(`(${n} * (${n} - 1))`)}`
    return { value: `CASE WHEN ${n} > 1 THEN ${finishSql(squared, window)} END`, rejected: momentsOutOfRange(window) }
  },
  finalizeRows,
})

const doubleSpread = ({ finish, finishSql, finalizeRows }: Spread): AggregateFunction<Float64Array> => ({
  ...foldPartials(spreadFold),
  finalize: nullIfEmpty(([n, , m2]) => (n < 2 ? none : finite(finish(Math.max(0, m2 / (n - 1)))))),
  tileSql: tile => [
    tile.count(),
    meanSql(tile),
    tile.sumInSecondPass(({ input }) => `(${input} - ${meanSql(tile)}) * (${input} - ${meanSql(tile)})`),
  ],
  valueSql(window) {
    const n = window.count()
    return { value: `CASE WHEN ${n} > 1 THEN ${finishSql(`${window.spread()} / ${window.toDouble(`(${n} - 1)`)}`, window)} END` }
  },
  finalizeRows,
})

/** The mean of a tile's doubles. */
export const meanSql = (tile: TileSql): string => `${tile.sumOfDoubles(tile.input)} / ${tile.toDouble(tile.count())}`

const finalizeVariance = (partials: PartialRows): void => finalizeSpread(partials, decimalUnit(partials.feature.input) ** 2, false)

/** Lowers the variance, or its square root, divided by `unit`. */
export function finalizeSpread({ rows, columns, layout, out, at }: PartialRows, unit: number, root: boolean): void {
  const n = columns[0]
  for (let i = 0; i < rows; i++) {
    if (n[i] < 2) {
      out.nulls[at + i] = 1
      continue
    }
    const squared = layout ? exactVariance(layout, columns, i) : Math.max(0, columns[2][i] / (n[i] - 1))
    if (Number.isFinite(squared)) out.values[at + i] = (root ? Math.sqrt(squared) : squared) / unit
    else rejectCell(out, at + i)
  }
}

/** The variance in squared scaled units. Not finite if the window exceeds exact arithmetic. */
function exactVariance(layout: MomentLayout, columns: readonly Float64Array[], row: number): number {
  const n = columns[0][row]
  if (n > limits.MOMENT_COUNT_MAX || (layout.outside >= 0 && columns[layout.outside][row] !== 0)) return Infinity
  return exactSquares(layout, columns, row, n) / (n * (n - 1))
}

/** fl(n·Q − S²): in doubles while n·Q, and so S², which is never greater, is a safe integer; otherwise in big integers, rounded once. */
function exactSquares(layout: MomentLayout, columns: readonly Float64Array[], row: number, n: number): number {
  if (layout.xLimbs === 1 && layout.xxLimbs === 1) {
    const nQ = n * columns[layout.xx][row]
    const sum = columns[layout.x][row]
    if (nQ <= limits.EXACT_MAX) return nQ - sum * sum
  }
  const sum = exactSum(columns, layout.x, layout.xLimbs, row)
  return Number(BigInt(n) * exactProductSum(columns, layout.xx, layout.xxLimbs, row) - sum * sum)
}

/** The SQL condition for a window that exceeds exact moments. */
export const momentsOutOfRange = (window: SqlWindow): NonNullable<SqlValue['rejected']> => ({
  when: `${window.count()} > ${limits.MOMENT_COUNT_MAX} OR ${window.max(`abs(${window.input})`)} > ${limits.MOMENT_VALUE_MAX}`,
  code: 'SPILL_RANGE',
})
