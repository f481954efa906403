/** `mean`: the arithmetic mean of a window's values. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { isDouble, decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { sumFold } from './fold.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import { finalizeDoubleSums, finalizeExactSums } from './partial/finalize-sums.ts'
import { doubleSumSql, tooManyValues } from './sum.ts'

/** The mean: fl(fl(fl(S) / n) / 10^s) over exact types (semantics, numbers to the bit); NULL for none. */
export const meanAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleMean : exactMean(feature)

const exactMean = ({ input }: FeatureIR): AggregateFunction<ExactMoments> => ({
  ...exactMomentPartials('x'),
  finalize: nullIfEmpty(({ n, x }) => (n > limits.SUM_COUNT_MAX ? outOfRange : { value: Number(x) / n / decimalUnit(input) })),
  valueSql(window) {
    const mean = `${window.roundToDouble(window.sum(window.toExact(window.input)))} / ${window.toDouble(window.count())}`
    return { value: `${mean} / ${window.doubleLiteral(decimalUnit(input))}`, rejected: tooManyValues(window) }
  },
  finalizeRows: finalizeExact,
})

const doubleMean: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(([n, total]) => finite(total / n)),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: `${window.sumOfDoubles(window.input)} / ${window.toDouble(window.count())}` }),
  finalizeRows: finalizeDouble,
}

function finalizeExact(partials: PartialRows): void {
  finalizeExactSums(partials)
  const { feature, rows, columns, out, at } = partials
  const n = columns[0]
  const unit = decimalUnit(feature.input)
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) values[at + i] = values[at + i] / n[i] / unit
}

/** A negative sum may underflow to −0 in the division, so `+ 0` again. */
function finalizeDouble(partials: PartialRows): void {
  finalizeDoubleSums(partials)
  const { rows, columns, out, at } = partials
  const n = columns[0]
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) values[at + i] = values[at + i] / n[i] + 0
}
