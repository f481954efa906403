/** `quantile`: the value of a rank in a window. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { decimalUnit } from './feature-units.ts'
import type { PartialRows } from './kernel-partial.ts'
import { none, nullIfEmpty } from './final-value.ts'
import { inOrder, tallyPartials, type Tally } from './partial/tallies.ts'
import { quantileBucket } from './quantile-bucket.ts'
import { rankTally } from './tally.ts'

/**
 * The value of rank ⌈q · n⌉ among the n of the window, rounded to 8 significant binary digits and then divided by 10^s: within 2^−8
 * of that value (semantics, numbers to the bit). NULL for none. It depends on the set of values alone, so every way to compute it
 * gives the same bits.
 */
export const quantileAggregate = (feature: FeatureIR): AggregateFunction<Tally> => {
  const [q, unit] = [feature.q!, decimalUnit(feature.input)]
  return {
    ...tallyPartials(value => quantileBucket(value as number)),
    finalize: nullIfEmpty(tally => {
      const counts = inOrder(tally)
      let rank = Math.max(1, Math.ceil(q * counts.reduce((sum, [, n]) => sum + n, 0)))
      for (const [value, n] of counts) if ((rank -= n) <= 0) return { value: (value as number) / unit }
      return none
    }),
    subKeySql: tile => tile.quantileBucket(tile.toDouble(tile.input)),
    valueSql(window) {
      const rank = `greatest(${window.doubleLiteral(1)}, ceil(${window.doubleLiteral(q)} * ${window.toDouble(window.count())}))`
      return { value: `${window.quantileBucket(window.toDouble(window.itemOfRank(window.input, rank)))} / ${window.doubleLiteral(unit)}` }
    },
    kernelPartial: { kind: 'tallies', tally: rankTally(q) },
    finalizeRows,
  }
}

function finalizeRows({ feature, rows, columns, out, at }: PartialRows): void {
  const value = columns[0]
  const unit = decimalUnit(feature.input)
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(value[i])) out.nulls[at + i] = 1
    else out.values[at + i] = value[i] / unit
  }
}
