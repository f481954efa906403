import { significant } from './significant.ts'

/** What is read from how often each value occurs in a window. */
export interface Tally {
  /** Tallies that count the same of the same events have one name, and share what is kept. */
  readonly counts: 'rounded' | 'whole'
  /** Different values that a window may hold; what holds more need not be told apart. */
  readonly limit?: number
  /** Columns of the partial. */
  readonly width: number
  /** What of a value is counted. */
  readonly lift: (value: number) => number
  /** Writes a row of the partial. */
  read(values: CountedValues, out: readonly Float64Array[], row: number): void
}

/** The entries [from, to), ascending by number: entry i is the value at 2 · i, its count behind it, a whole number above 0. */
export interface CountedValues {
  readonly data: Float64Array
  readonly from: number
  readonly to: number
  /** Negative where the left of two values is the lesser: of numbers as they are, of strings by their texts. */
  readonly order: (left: number, right: number) => number
}

/** [the value of rank ⌈q · n⌉ among the rounded values], NaN if there are none. Rounding keeps the order, so it is the rounded value of that rank. */
export const rankTally = (q: number): Tally => ({
  counts: 'rounded',
  width: 1,
  lift: significant,
  read({ data, from, to }, out, row) {
    let n = 0
    for (let at = from; at < to; at++) n += data[2 * at + 1]
    if (n === 0) {
      out[0][row] = NaN
      return
    }
    let at = from
    // What is left of the rank; 0 is the least, too.
    for (let rank = Math.ceil(q * n) - data[2 * at + 1]; rank > 0; rank -= data[2 * at + 1]) at++
    out[0][row] = data[2 * at]!
  },
})

/**
 * [how many different values, the value that occurs most often, the next, …], NaN behind the last; no values where there are more than `limit`. Of values that occur
 * equally often the lesser is first.
 */
export function topTally(k: number, limit: number): Tally {
  const best = new Int32Array(k)
  return {
    counts: 'whole',
    limit,
    width: 1 + k,
    lift: value => value,
    read(values, out, row) {
      const { data, from, to } = values
      const end = to - from > limit ? from : to
      let found = 0
      for (let at = from; at < end; at++) {
        if (found === k && !isBefore(values, at, best[k - 1])) continue
        let place = found < k ? found++ : k - 1
        for (; place > 0 && isBefore(values, at, best[place - 1]); place--) best[place] = best[place - 1]!
        best[place] = at
      }
      out[0][row] = to - from
      for (let i = 0; i < found; i++) out[1 + i][row] = data[2 * best[i]]!
      if (found < k) out[1 + found][row] = NaN
    },
  }
}

function isBefore({ data, order }: CountedValues, left: number, right: number): boolean {
  const more = data[2 * left + 1] - data[2 * right + 1]
  return more === 0 ? order(data[2 * left], data[2 * right]) < 0 : more > 0
}
