import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import { isDouble, refuseCell, decimalUnit, type AggregateFunction, type PartialRows } from './aggregate.ts'
import { finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { sumFold } from './fold.ts'
import { roundedSums } from './moments.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { foldPartials } from './partial/folds.ts'
import { doubleSumSql, tooManyValues } from './sum.ts'

/** The mean: fl(fl(fl(S) / n) / 10^s) over exact types (semantics, numbers to the bit); NULL for none. */
export const meanAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleMean : exactMean(feature)

const exactMean = ({ input }: FeatureIR): AggregateFunction<ExactMoments> => ({
  ...exactMomentPartials('x'),
  finalize: nullIfEmpty(({ n, x }) => (n > limits.SUM_COUNT_MAX ? outOfRange : { value: Number(x) / n / decimalUnit(input) })),
  valueSql(window) {
    const mean = `${window.rounded(window.sum(window.input))} / ${window.double(window.count())}`
    return { value: `${mean} / ${window.constant(decimalUnit(input))}`, refused: tooManyValues(window) }
  },
  finalizeRows: finalizeExact,
})

const doubleMean: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(([n, total]) => finite(total / n)),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: `${window.sum(window.input)} / ${window.double(window.count())}` }),
  finalizeRows: finalizeDouble,
}

function finalizeExact({ feature, rows, partial, layout, out, at }: PartialRows): void {
  const n = partial[0]
  const sums = roundedSums(layout!, partial, rows)
  const unit = decimalUnit(feature.input)
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) refuseCell(out, at + i)
    else values[at + i] = sums[i] / n[i] / unit
  }
}

function finalizeDouble({ rows, partial, out, at }: PartialRows): void {
  const [n, total] = partial as [Float64Array, Float64Array]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else if (!Number.isFinite(total[i])) refuseCell(out, at + i)
    else out.values[at + i] = total[i] / n[i] + 0
  }
}
