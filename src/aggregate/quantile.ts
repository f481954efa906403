import { selectiveDefinition, decimalUnit, type AggregateDefinition } from './aggregate.ts'
import { rankTally } from './tally.ts'

/**
 * The value of rank ⌈q · n⌉ among the n of the window, rounded to 8 significant binary digits and then divided by 10^s: within 2^−8
 * of that value (semantics, numbers to the bit). NULL for none. It depends on the set of values alone, so every way to compute it
 * gives the same bits.
 */
export const quantileAggregate: AggregateDefinition = {
  name: 'quantile',
  algebra: () => 'other',
  exactness: selectiveDefinition.exactness,
  partial: feature => ({ kind: 'tallies', tally: rankTally(feature.q!) }),
  lower({ feature, rows, partial, out, at }) {
    const value = partial[0]
    const unit = decimalUnit(feature.input)
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(value[i])) out.nulls[at + i] = 1
      else out.values[at + i] = value[i] / unit
    }
  },
  sql({ q, input }, window) {
    const rank = `greatest(${window.constant(1)}, ceil(${window.constant(q!)} * ${window.double(window.count())}))`
    return { value: `${window.significant(window.double(window.ranked(window.input, rank)))} / ${window.constant(decimalUnit(input))}` }
  },
}
