/**
 * `mean`: the arithmetic mean of a window's values.
 *
 * A partial over exact types is n and S = Σx, as integers (`partial/exact-moments.ts`; the kernel keeps limbs, `moments.ts`). Over doubles
 * it is n, the sum and its rounding error (`sumFold`). For either, the value is written three times: of tiles (`finalize`), in SQL
 * (`valueSql`), and of the kernel's columns (`finalizeRows`).
 */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { rejectCell, type SumRows } from './partial/kernel-partial.ts'
import { isDouble, decimalUnit, finite, nullIfEmpty, outOfRange } from './final-value.ts'
import { foldPartials, SUM, sumFold } from './partial/fold.ts'
import { exactMomentPartials, type ExactMoments } from './partial/exact-moments.ts'
import { MOMENT_N, roundedSums } from './partial/moments.ts'
import { doubleSumSql, finalizeDoubleSums, tooManyValues } from './sum.ts'

/** The mean: fl(fl(fl(S) / n) / 10^s) over exact types (semantics, numbers to the bit); NULL for none. */
export const meanAggregate = (feature: FeatureIR): AggregateFunction<ExactMoments<'x'>> | AggregateFunction<Float64Array> =>
  isDouble(feature.input) ? doubleMean : exactMean(decimalUnit(feature.input))

const exactMean = (unit: number): AggregateFunction<ExactMoments<'x'>> => ({
  ...exactMomentPartials('x'),
  finalize: nullIfEmpty(({ n, x }) => (n > limits.SUM_COUNT_MAX ? outOfRange : { value: Number(x) / Number(n) / unit })),
  valueSql(window) {
    const mean = `${window.roundToDouble(window.sum(window.toExact(window.input)))} / ${window.toDouble(window.count())}`
    return { value: `${mean} / ${window.doubleLiteral(unit)}`, rejected: tooManyValues(window) }
  },
  // One pass, as `finalizeExactSums` and a division: a second one takes 2 % of a replay of many means.
  finalizeRows({ rows, columns, layout, out, at }: SumRows) {
    const n = columns[MOMENT_N]
    const sums = roundedSums(layout, columns, rows)
    const { values, nulls } = out
    for (let i = 0; i < rows; i++) {
      if (n[i] === 0) nulls[at + i] = 1
      else if (n[i] > limits.SUM_COUNT_MAX) rejectCell(out, at + i)
      else values[at + i] = sums[i] / n[i] / unit
    }
  },
})

const doubleMean: AggregateFunction<Float64Array> = {
  ...foldPartials(sumFold),
  finalize: nullIfEmpty(partial => finite(partial[SUM.sum] / partial[SUM.n])),
  tileSql: doubleSumSql,
  valueSql: window => ({ value: `${window.sumOfDoubles(window.input)} / ${window.toDouble(window.count())}` }),
  finalizeRows(partials) {
    finalizeDoubleSums(partials)
    const { rows, columns, out, at } = partials
    const n = columns[SUM.n]
    const { values, nulls } = out
    // A negative sum may underflow to −0 in the division, so `+ 0` again.
    for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) values[at + i] = values[at + i] / n[i] + 0
  },
}
