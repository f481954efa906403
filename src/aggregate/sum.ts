import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import { isDouble, refuseCell, decimalUnit, type AggregateFunction, type PartialRows } from './aggregate.ts'
import { finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { sumFold } from './fold.ts'
import { roundedSums, roundedSumError } from './moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import type { SqlValue, SqlWindow, TileSql } from './sql.ts'

/** The sum: exact over exact types and rounded once on delivery; NULL for none. */
export const sumAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleSum : exactSum(feature)

const exactSum = ({ input }: FeatureIR): AggregateFunction<ExactMoments> => ({
  ...exactMomentPartials('x'),
  finalize: nullIfEmpty(({ n, x }) => (n > limits.SUM_COUNT_MAX ? outOfRange : { value: Number(x) / decimalUnit(input), exact: x })),
  valueSql(window) {
    const total = window.sum(window.input)
    return { value: `${window.rounded(total)} / ${window.constant(decimalUnit(input))}`, exact: total, refused: tooManyValues(window) }
  },
  finalizeRows: finalizeExact,
})

const doubleSum: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(([, total]) => finite(total)),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: window.sum(window.input) }),
  finalizeRows: finalizeDouble,
}

/** The cells of a sum over doubles. */
export function doubleSumSql(sql: TileSql): readonly string[] {
  return [sql.count(), sql.sumOfDoubles(sql.input), sql.constant(0)]
}

function finalizeExact({ rows, partial, layout, out, at }: PartialRows): void {
  const n = partial[0]
  const sums = roundedSums(layout!, partial, rows)
  const { values, nulls, low } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) refuseCell(out, at + i)
    else values[at + i] = sums[i]!
  }
  if (low) for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) low[at + i] = roundedSumError(layout!, partial, i)
}

function finalizeDouble({ rows, partial, out, at }: PartialRows): void {
  const [n, total] = partial as [Float64Array, Float64Array]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else if (!Number.isFinite(total[i])) refuseCell(out, at + i)
    else out.values[at + i] = total[i] + 0
  }
}

/** The SQL condition for an exact sum of more values than its limbs can hold. */
export const tooManyValues = (window: SqlWindow): NonNullable<SqlValue['refused']> => ({
  when: `${window.count()} > ${limits.SUM_COUNT_MAX}`,
  code: 'SPILL_RANGE',
})
