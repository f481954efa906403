/** `quantile`: the value of a rank in a window, and the buckets in which values are counted: doubles of 8 significant binary digits. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { decimalUnit, none, nullIfEmpty } from './final-value.ts'
import { sortedByValue, tallyPartials, type Tally } from './partial/tallies.ts'
import type { ValueTally } from './partial/kernel-partial.ts'
import { limits } from '../base/index.ts'

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
      const counts = sortedByValue(tally)
      const rank = Math.ceil(q * counts.reduce((sum, [, n]) => sum + n, 0))
      let seen = 0
      for (const [value, n] of counts) {
        seen += n
        if (seen >= rank) return { value: (value as number) / unit }
      }
      return none
    }),
    subKeySql: tile => tile.quantileBucket(tile.toDouble(tile.input)),
    valueSql(window) {
      const rank = `greatest(${window.doubleLiteral(1)}, ceil(${window.doubleLiteral(q)} * ${window.toDouble(window.count())}))`
      return { value: `${window.quantileBucket(window.toDouble(window.itemOfRank(window.input, rank)))} / ${window.doubleLiteral(unit)}` }
    },
    kernelPartial: { kind: 'tallies', tally: rankTally(q) },
    finalizeRows({ rows, columns, out, at }) {
      const value = columns[0]
      for (let i = 0; i < rows; i++) {
        if (Number.isNaN(value[i])) out.nulls[at + i] = 1
        else out.values[at + i] = value[i] / unit
      }
    },
  }
}

/**
 * [the value of rank ⌈q · n⌉ among the rounded values], NaN for none. Rounding keeps the order, so it is the rounded value of that
 * rank.
 */
export const rankTally = (q: number): ValueTally => ({
  counts: 'rounded',
  width: 1,
  lift: quantileBucket,
  read({ data, from, to }, out, row) {
    let n = 0
    for (let at = from; at < to; at++) n += data[2 * at + 1]
    if (n === 0) {
      out[0][row] = NaN
      return
    }
    // Rank 0 selects the least value, too.
    const rank = Math.ceil(q * n)
    let at = from
    let seen = data[2 * at + 1]
    while (seen < rank) {
      at++
      seen += data[2 * at + 1]
    }
    out[0][row] = data[2 * at]
  },
})

const bits = new DataView(new ArrayBuffer(8))
/** Fraction bits of the upper word (of 20) that are rounded away. The leading digit is not stored. */
const DROPPED = 20 - (limits.QUANTILE_DIGITS - 1)
const HALF = 1 << (DROPPED - 1)
const KEPT = ~((1 << DROPPED) - 1)

/** The largest double of `QUANTILE_DIGITS` digits: 2^1024 less a step. */
const LARGEST = 2 ** 1023 * (2 - 2 ** (1 - limits.QUANTILE_DIGITS))

/**
 * Rounds to the nearest double of `QUANTILE_DIGITS` significant binary digits, half away from zero: within 2^−8 of the value. The
 * results are the log-linear buckets of `quantile`: 128 between two powers of two, each named by the number that its values round to.
 *
 * It is addition on the bits, without a logarithm, so it is the same on every machine. Below 2^−1022 steps are as wide as above it;
 * nothing rounds to infinity.
 */
export function quantileBucket(value: number): number {
  bits.setFloat64(0, value)
  bits.setInt32(0, (bits.getInt32(0) + HALF) & KEPT)
  bits.setInt32(4, 0)
  return Math.max(-LARGEST, Math.min(LARGEST, bits.getFloat64(0))) + 0
}
