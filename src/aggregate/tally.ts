import { quantileBucket } from './quantile-bucket.ts'

/** Computes columns of a partial from the number of occurrences of each value in a window. */
export interface ValueTally {
  /** Tallies of the same events and values with one name share their counts. */
  readonly counts: 'rounded' | 'whole'
  /** Distinct values that a window may hold; a window with more is not answered. */
  readonly limit?: number
  /** Columns of the partial. */
  readonly width: number
  /** Maps a value to the value that is counted. */
  readonly lift: (value: number) => number
  /** Writes a row of the partial. */
  read(values: CountedValues, out: readonly Float64Array[], row: number): void
}

/** The entries [from, to), ascending by number: entry i is the value at 2 · i, followed by its count, a whole number above 0. */
export interface CountedValues {
  readonly data: Float64Array
  readonly from: number
  readonly to: number
  /** Negative if the left of two values is less: numbers as they are, strings by their texts. */
  readonly order: (left: number, right: number) => number
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
    let at = from
    // The remaining rank; rank 0 selects the least value, too.
    for (let rank = Math.ceil(q * n) - data[2 * at + 1]; rank > 0; rank -= data[2 * at + 1]) at++
    out[0][row] = data[2 * at]!
  },
})

/**
 * [the number of distinct values, the most frequent value, the next, …], NaN after the last; no values if there are more than
 * `limit`. Of equally frequent values the lesser is first.
 */
export function topTally(k: number, limit: number): ValueTally {
  const best = new Int32Array(k)
  return {
    counts: 'whole',
    limit,
    width: 1 + k,
    lift: value => value,
    read(values, out, row) {
      const { data, from, to } = values
      const end = to - from > limit ? from : to
      let count = 0
      for (let at = from; at < end; at++) {
        if (count === k && !isBefore(values, at, best[k - 1])) continue
        let place = count < k ? count++ : k - 1
        for (; place > 0 && isBefore(values, at, best[place - 1]); place--) best[place] = best[place - 1]!
        best[place] = at
      }
      out[0][row] = to - from
      for (let i = 0; i < count; i++) out[1 + i][row] = data[2 * best[i]]!
      if (count < k) out[1 + count][row] = NaN
    },
  }
}

function isBefore({ data, order }: CountedValues, left: number, right: number): boolean {
  const more = data[2 * left + 1] - data[2 * right + 1]
  return more === 0 ? order(data[2 * left], data[2 * right]) < 0 : more > 0
}
