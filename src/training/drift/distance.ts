/** How far apart two columns are, from how often each value occurs in them. Values alone count: rows without one are the null rate's. */
import type { ColumnSummary, NumberSummary } from './summary.ts'

/** Of each bin half a row more, so that an empty one says something finite (the prior of Jeffreys). */
const SMOOTHING = 0.5

/**
 * The population stability index Σ (q − p) · ln(q / p) over bins, p the share of the reference in a bin and q that of the recent rows, each (count + 1/2) / (n + bins / 2).
 * Bins are made of the reference: of numbers those that end at the values of rank ⌈i · n / bins⌉, i from 1 to `bins` − 1, each once, and what is above; of texts, and of numbers
 * where no more than `bins` − 1 occur, each of the most frequent values, and all else.
 *
 * Undefined where either has no values, where they are of two kinds, or of too many texts. Of rows that come from one distribution it is about (bins − 1) · (1/n + 1/m).
 */
export function psiOf(reference: ColumnSummary, recent: ColumnSummary, bins: number): number | undefined {
  if (reference.kind !== recent.kind || valuesOf(reference) === 0 || valuesOf(recent) === 0) return undefined
  if ((reference.kind === 'texts' && reference.tooMany) || (recent.kind === 'texts' && recent.tooMany)) return undefined
  const binOf = binning(reference, bins)
  const [p, q] = [reference, recent].map(summary => sharesOf(summary, binOf))
  return p.reduce((sum, share, bin) => sum + (q[bin] - share) * Math.log(q[bin] / share), 0)
}

/**
 * The statistic of Kolmogorov and Smirnov: the largest distance between the two distribution functions, 0 to 1. Exact for the rounded values. Undefined where either has no
 * values, and for texts, which have no order that means anything.
 */
export function ksOf(reference: ColumnSummary, recent: ColumnSummary): number | undefined {
  if (reference.kind !== 'numbers' || recent.kind !== 'numbers') return undefined
  const [n, m] = [valuesOf(reference), valuesOf(recent)]
  if (n === 0 || m === 0) return undefined
  let [i, j, below, belowRecent, largest] = [0, 0, 0, 0, 0]
  while (i < reference.values.length || j < recent.values.length) {
    const at = Math.min(reference.values[i] ?? Infinity, recent.values[j] ?? Infinity)
    if (reference.values[i] === at) below += reference.counts[i++]
    if (recent.values[j] === at) belowRecent += recent.counts[j++]
    largest = Math.max(largest, Math.abs(below / n - belowRecent / m))
  }
  return largest
}

/** The share of rows without a value; 0 of no rows. */
export const nullRateOf = ({ rows, nulls }: ColumnSummary): number => (rows === 0 ? 0 : nulls / rows)

export const valuesOf = ({ rows, nulls }: ColumnSummary): number => rows - nulls

interface Binning {
  readonly bins: number
  readonly binOf: (value: number | string) => number
}

function binning(reference: ColumnSummary, bins: number): Binning {
  if (reference.kind === 'numbers' && reference.values.length >= bins) return ranked(reference, bins)
  const values: readonly (number | string)[] = reference.values
  const order = values.map((value, i) => ({ value, times: reference.counts[i], i }))
  order.sort((a, b) => b.times - a.times || a.i - b.i)
  const known = new Map(order.slice(0, bins - 1).map(({ value }, bin) => [value, bin]))
  return { bins: known.size + 1, binOf: value => known.get(value) ?? known.size }
}

function ranked(reference: NumberSummary, bins: number): Binning {
  const n = valuesOf(reference)
  const ends: number[] = []
  let [at, below] = [-1, 0]
  for (let i = 1; i < bins; i++) {
    while (below < Math.ceil((i * n) / bins)) below += reference.counts[++at]
    if (ends.at(-1) !== reference.values[at]) ends.push(reference.values[at])
  }
  return {
    bins: ends.length + 1,
    binOf(value) {
      const bin = ends.findIndex(end => (value as number) <= end)
      return bin < 0 ? ends.length : bin
    },
  }
}

function sharesOf(summary: ColumnSummary, { bins, binOf }: Binning): number[] {
  const counts = Array.from({ length: bins }, () => 0)
  summary.values.forEach((value: number | string, i: number) => (counts[binOf(value)] += summary.counts[i]))
  return counts.map(count => (count + SMOOTHING) / (valuesOf(summary) + SMOOTHING * bins))
}
