/** `sum`: adds the values of a window. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { isDouble, decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { sumFold } from './fold.ts'
import { roundedSumError } from './moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import { finalizeDoubleSums, finalizeExactSums } from './partial/finalize-sums.ts'
import type { SqlValue, SqlWindow, TileSql } from './aggregate-sql.ts'

/** The sum: exact over exact types and rounded once on delivery; NULL for none. */
export const sumAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleSum : exactSum(feature)

const exactSum = ({ input }: FeatureIR): AggregateFunction<ExactMoments> => ({
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
  finalizeRows: finalizeExact,
})

const doubleSum: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(([, total]) => finite(total)),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: window.sumOfDoubles(window.input) }),
  finalizeRows: finalizeDoubleSums,
}

/** The cells of a sum over doubles. */
export function doubleSumSql(tile: TileSql): readonly string[] {
  return [tile.count(), tile.sumOfDoubles(tile.input), tile.doubleLiteral(0)]
}

function finalizeExact(partials: PartialRows): void {
  finalizeExactSums(partials)
  const { rows, columns, layout, out, at } = partials
  const { nulls, low } = out
  if (low) for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) low[at + i] = roundedSumError(layout!, columns, i)
}

/** The SQL condition for an exact sum of more values than its limbs can hold. */
export const tooManyValues = (window: SqlWindow): NonNullable<SqlValue['rejected']> => ({
  when: `${window.count()} > ${limits.SUM_COUNT_MAX}`,
  code: 'SPILL_RANGE',
})
