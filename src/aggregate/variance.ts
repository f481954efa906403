/**
 * `variance` and `stddev`: the sample variance of a window's values, and its square root.
 *
 * A partial over exact types is n, S = Σx, Q = Σx² and the largest |x|, as integers (`partial/exact-moments.ts`; the kernel keeps limbs,
 * `moments.ts`). Over doubles it is n, the mean and Σ(x − mean)² (`spreadFold`). For either, the value is written three times: of tiles
 * (`finalize`), in SQL (`valueSql`), and of the kernel's columns (`finalizeRows`).
 */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { rejectCell, type SumRows } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, finite, none, nullIfEmpty, outOfRange } from './final-value.ts'
import { foldCells, foldPartials, SPREAD, spreadFold } from './partial/fold.ts'
import { MOMENT_N, exactProductSum, exactSum } from './partial/moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { exceedsMomentLimit, rejectedBeyondMomentLimit, rowExceedsMomentLimit } from './partial/moment-limits.ts'
import { meanSql, type SqlWindow } from './partial/aggregate-sql.ts'

/**
 * The sample variance: fl(fl(fl(n·Q − S²) / fl(n·(n − 1))) / 10^(2s)) over exact types (semantics, numbers to the bit); NULL for fewer than
 * two values.
 */
export const varianceAggregate = (feature: FeatureIR): SpreadAggregate => {
  const unit = decimalUnit(feature.input) ** 2
  return spreadAggregate(feature, {
    finish: squared => squared / unit,
    finishSql: (squared, window) => `${squared} / ${window.doubleLiteral(unit)}`,
  })
}

/** The sample standard deviation: fl(sqrt(variance in scaled units) / 10^s); NULL for fewer than two values. */
export const stddevAggregate = (feature: FeatureIR): SpreadAggregate => {
  const unit = decimalUnit(feature.input)
  return spreadAggregate(feature, {
    finish: squared => Math.sqrt(squared) / unit,
    finishSql: (squared, window) => `sqrt(${squared}) / ${window.doubleLiteral(unit)}`,
  })
}

type SpreadAggregate = AggregateFunction<ExactMoments<'xx'>> | AggregateFunction<Float64Array>

interface Spread {
  /** The value of a variance in squared scaled units. */
  readonly finish: (squared: number) => number
  readonly finishSql: (squared: string, window: SqlWindow) => string
}

const spreadAggregate = ({ input }: FeatureIR, spread: Spread): SpreadAggregate =>
  isDouble(input) ? doubleSpread(spread) : exactSpread(spread)

const exactSpread = ({ finish, finishSql }: Spread): AggregateFunction<ExactMoments<'xx'>> => ({
  ...exactMomentPartials('xx'),
  finalize: nullIfEmpty(moments => {
    const { n, x, xx } = moments
    if (n < 2) return none
    if (exceedsMomentLimit(moments)) return outOfRange
    return { value: finish(Number(n * xx - x * x) / Number(n * (n - 1n))) }
  }),
  valueSql(window) {
    const n = window.count()
    const x = window.toExact(window.input)
    const sum = window.sum(x)
    const squares = window.roundToDouble(`(${window.toExact(n)} * ${window.sum(`${x} * ${x}`)} - ${sum} * ${sum})`)
    const squared = `${squares} / ${window.toDouble(`(${n} * (${n} - 1))`)}`
    return { value: `CASE WHEN ${n} > 1 THEN ${finishSql(squared, window)} END`, rejected: rejectedBeyondMomentLimit(window) }
  },
  finalizeRows(partials: SumRows) {
    const { rows, columns, out, at } = partials
    const n = columns[MOMENT_N]
    for (let i = 0; i < rows; i++) {
      if (n[i] < 2) out.nulls[at + i] = 1
      else if (rowExceedsMomentLimit(partials, i)) rejectCell(out, at + i)
      else out.values[at + i] = finish(exactSquares(partials, i) / (n[i] * (n[i] - 1)))
    }
  },
})

/** fl(n·Q − S²): in doubles while n·Q, and so S², which is never greater, is a safe integer; otherwise in big integers, rounded once. */
function exactSquares({ columns, layout }: SumRows, row: number): number {
  const n = columns[MOMENT_N][row]
  if (layout.xLimbs === 1 && layout.xxLimbs === 1) {
    const nQ = n * columns[layout.xx][row]
    const sum = columns[layout.x][row]
    if (nQ <= limits.EXACT_MAX) return nQ - sum * sum
  }
  const sum = exactSum(columns, layout.x, layout.xLimbs, row)
  return Number(BigInt(n) * exactProductSum(columns, layout.xx, layout.xxLimbs, row) - sum * sum)
}

const doubleSpread = ({ finish, finishSql }: Spread): AggregateFunction<Float64Array> => ({
  ...foldPartials(spreadFold),
  finalize: nullIfEmpty(partial =>
    partial[SPREAD.n] < 2 ? none : finite(finish(Math.max(0, partial[SPREAD.m2] / (partial[SPREAD.n] - 1)))),
  ),
  tileSql(tile) {
    const mean = meanSql(tile)
    return foldCells(SPREAD, {
      n: tile.count(),
      mean,
      m2: tile.sumInSecondPass(({ input }) => `(${input} - ${mean}) * (${input} - ${mean})`),
    })
  },
  valueSql(window) {
    const n = window.count()
    return { value: `CASE WHEN ${n} > 1 THEN ${finishSql(`${window.spread()} / ${window.toDouble(`(${n} - 1)`)}`, window)} END` }
  },
  finalizeRows({ rows, columns, out, at }) {
    const n = columns[SPREAD.n]
    const m2 = columns[SPREAD.m2]
    for (let i = 0; i < rows; i++) {
      const squared = Math.max(0, m2[i] / (n[i] - 1))
      if (n[i] < 2) out.nulls[at + i] = 1
      else if (Number.isFinite(squared)) out.values[at + i] = finish(squared)
      else rejectCell(out, at + i)
    }
  },
})
