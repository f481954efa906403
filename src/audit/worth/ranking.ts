/**
 * AUC of many alternatives over millions of decisions: counted in bins of equal width, with a bound of the error that follows from the counts; sorted where the bound is too large.
 *
 * Two scores in one bin count as a tie, so the error is at most half of the pairs that share a bin with other scores in it: 5 · 10⁻⁵ here, far below what an interval could tell. A bin of one
 * score is exact, so that many decisions which know the same, and are scored the same, cost nothing. O(n) and 17 MB.
 */
import { auc } from '../../training/metrics.ts'
import type { Cases, RowRange } from '../cases.ts'
import { isJudged } from './given.ts'

const ERROR_MAX = 5e-5
const BINS = 1 << 20
/** Up to so many rows sorting is as fast. */
const SORTED = 1 << 16

type Labels = Pick<Cases, 'label' | 'known' | 'eligible'>

/** By the scores that it is of, which nobody changes once they are made: several ways of acting on them have the same. */
const made = new WeakMap<Float64Array, { readonly cases: Labels; readonly rows: RowRange; readonly value: number | null }>()

/** Of rows that have a score and whose label is known; null where one class is missing. */
export function aucOf(cases: Labels, score: Float64Array, rows: RowRange): number | null {
  const known = made.get(score)
  if (known && known.cases === cases && known.rows.from === rows.from && known.rows.to === rows.to) return known.value
  const value = computed(cases, score, rows)
  made.set(score, { cases, rows, value })
  return value
}

function computed(cases: Labels, score: Float64Array, { from, to }: RowRange): number | null {
  let [low, high, positives, negatives] = [Infinity, -Infinity, 0, 0]
  for (let row = from; row < to; row++) {
    if (Number.isNaN(score[row]) || !isJudged(cases, row)) continue
    if (score[row] < low) low = score[row]
    if (score[row] > high) high = score[row]
    if (cases.label[row] === 1) positives++
    else negatives++
  }
  if (positives === 0 || negatives === 0) return null
  const counted = low < high && positives + negatives > SORTED ? counts(cases, score, { from, to }, low, high) : undefined
  if (counted && counted.shared / 2 <= ERROR_MAX * positives * negatives) return counted.below / (positives * negatives)
  return exactly(cases, score, { from, to })
}

/** `below`: pairs in order, those that share a bin by half; `shared`: those, of bins with several scores. */
function counts(
  { label, known, eligible }: Labels,
  score: Float64Array,
  { from, to }: RowRange,
  low: number,
  high: number,
): { below: number; shared: number } {
  const [negative, positive] = [new Uint32Array(BINS), new Uint32Array(BINS)]
  const first = new Float64Array(BINS).fill(NaN)
  const isMixed = new Uint8Array(BINS)
  const scale = (BINS - 1) / (high - low)
  for (let row = from; row < to; row++) {
    if (Number.isNaN(score[row]) || known[row] === 0 || eligible[row] === 0) continue
    const bin = Math.floor((score[row] - low) * scale)
    if (score[row] !== first[bin]) {
      if (negative[bin] + positive[bin] === 0) first[bin] = score[row]
      else isMixed[bin] = 1
    }
    if (label[row] === 1) positive[bin]++
    else negative[bin]++
  }
  let [below, shared, under] = [0, 0, 0]
  for (let bin = 0; bin < BINS; bin++) {
    const both = negative[bin] * positive[bin]
    below += positive[bin] * under + both / 2
    if (isMixed[bin] === 1) shared += both
    under += negative[bin]
  }
  return { below, shared }
}

function exactly(cases: Labels, score: Float64Array, { from, to }: RowRange): number {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i).filter(row => !Number.isNaN(score[row]) && isJudged(cases, row))
  return auc(
    Float64Array.from(rows, row => score[row]),
    Uint8Array.from(rows, row => cases.label[row]),
  )
}
