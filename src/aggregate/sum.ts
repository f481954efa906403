/**
 * `sum`: adds the values of a window.
 *
 * A partial over exact types is n and S = Σx, as integers (`partial/exact-moments.ts`; the kernel keeps limbs, `partial/moments.ts`). Over
 * doubles it is n, the sum and its rounding error (`sumFold`). For either, the value is written three times: of tiles (`finalize`), in SQL
 * (`valueSql`), and of the kernel's columns (`finalizeRows`). `mean` uses the functions for columns and SQL, too.
 */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { rejectCell, writeFinite, type PartialRows, type SumRows } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { foldCells, foldPartials, SUM, sumFold } from './partial/fold.ts'
import { MOMENT_N, roundedSumError, roundedSums } from './partial/moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import type { SqlValue, SqlWindow, TileSql } from './partial/aggregate-sql.ts'

/** The sum: exact over exact types and rounded once on delivery; NULL for none. */
export const sumAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments<'x'>> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleSum : exactSum(feature)

const exactSum = ({ input }: FeatureIR): AggregateFunction<ExactMoments<'x'>> => ({
  ...exactMomentPartials('x'),
  finalize: nullIfEmpty(({ n, x }) => (n > limits.SUM_COUNT_MAX ? outOfRange : { value: Number(x) / decimalUnit(input), exact: x })),
  valueSql(window) {
    const total = window.sum(window.toExact(window.input))
    return {
      value: `${window.roundToDouble(total)} / ${window.doubleLiteral(decimalUnit(input))}`,
      exact: total,
      rejected: tooManyValues(window),
    }
  },
  finalizeRows(partials: SumRows) {
    finalizeExactSums(partials)
    const { rows, columns, layout, out, at } = partials
    const { nulls, low } = out
    if (low) for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) low[at + i] = roundedSumError(layout, columns, i)
  },
})

const doubleSum: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(partial => finite(partial[SUM.sum])),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: window.sumOfDoubles(window.input) }),
  finalizeRows: finalizeDoubleSums,
}

/** The cells of a sum over doubles. */
export function doubleSumSql(tile: TileSql): readonly string[] {
  return foldCells(SUM, { n: tile.count(), sum: tile.sumOfDoubles(tile.input), error: tile.doubleLiteral(0) })
}

/** The SQL condition for an exact sum of more values than its limbs can hold. */
export const tooManyValues = (window: SqlWindow): NonNullable<SqlValue['rejected']> => ({
  when: `${window.count()} > ${limits.SUM_COUNT_MAX}`,
  code: 'SPILL_RANGE',
})

/** Finalizes sums over exact types: each rounded once, and rejected if its limbs may have overflowed. */
export function finalizeExactSums({ rows, columns, layout, out, at }: SumRows): void {
  const n = columns[MOMENT_N]
  const sums = roundedSums(layout, columns, rows)
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) rejectCell(out, at + i)
    else values[at + i] = sums[i]
  }
}

/** Finalizes sums over doubles. */
export function finalizeDoubleSums({ rows, columns, out, at }: PartialRows): void {
  const n = columns[SUM.n]
  const total = columns[SUM.sum]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else writeFinite(out, at + i, total[i])
  }
}
