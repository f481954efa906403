/** Distances between two distributions of a column, from its value counts. NULLs do not enter; the NULL rate measures them. */
import type { ColumnSummary, NumberSummary } from './summary.ts'

/** Half a row is added to each bin, so that an empty bin gives a finite term (Jeffreys prior). */
const SMOOTHING = 0.5

/**
 * Population stability index Σ (q − p) · ln(q / p) over bins, with p the share of the reference and q of the recent rows, each (count +
 * 1/2) / (n + bins / 2).
 *
 * Bins come from the reference. Numbers: the distinct values of rank ⌈i · n / bins⌉, i from 1 to `bins` − 1, are upper ends, and the last
 * bin is open. Texts, and numbers with at most `bins` − 1 values: one bin for each of the most frequent values, and one for the rest.
 *
 * Undefined if either side has no values or too many texts, or if the kinds differ. For rows from one distribution it is about (bins − 1) ·
 * (1/n + 1/m).
 */
export function psiOf(reference: ColumnSummary, recent: ColumnSummary, bins: number): number | undefined {
  if (reference.kind !== recent.kind || valuesOf(reference) === 0 || valuesOf(recent) === 0) return undefined
  if ((reference.kind === 'texts' && reference.tooMany) || (recent.kind === 'texts' && recent.tooMany)) return undefined
  const binOf = binning(reference, bins)
  const [p, q] = [reference, recent].map(summary => sharesOf(summary, binOf))
  return p.reduce((sum, share, bin) => sum + (q[bin] - share) * Math.log(q[bin] / share), 0)
}

/**
 * Kolmogorov–Smirnov statistic: the largest distance between the distribution functions, 0 to 1. Exact for the rounded values. Undefined if
 * either side has no values, and for texts, whose order has no meaning.
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

/** Share of NULLs; 0 without rows. */
export const nullRateOf = ({ rows, nulls }: ColumnSummary): number => (rows === 0 ? 0 : nulls / rows)

/** Number of rows with a value. */
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
  const binOfValue = new Map(order.slice(0, bins - 1).map(({ value }, bin) => [value, bin]))
  return { bins: binOfValue.size + 1, binOf: value => binOfValue.get(value) ?? binOfValue.size }
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
