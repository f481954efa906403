/**
 * Eligibility of decisions. A decision during an episode that has already begun (`begins`) has no outcome: it uses no alert budget, does
 * not act, is not ranked, and is in no weekly figure.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { memoize } from './memo.ts'

/** 1 where a decision is eligible; absent where all are. */
export interface Eligibility {
  readonly eligible?: Cases['eligible'] | undefined
}

/** The number of eligible decisions in the rows. O(1) after the first call for the same cases. */
export function eligibleCount({ eligible }: Eligibility, { from, to }: RowRange): number {
  if (!eligible) return to - from
  const before = eligibleBefore(eligible)
  return before[to] - before[from]
}

const eligibleBefore = memoize((eligible: Uint8Array): Uint32Array => {
  const before = new Uint32Array(eligible.length + 1)
  for (let row = 0; row < eligible.length; row++) before[row + 1] = before[row] + eligible[row]
  return before
})

/** The scores with NaN where a decision is not eligible; the same array where all are. */
export function eligibleScores({ eligible }: Required<Eligibility>, score: Float64Array): Float64Array {
  if (!eligible || eligibleCount({ eligible }, { from: 0, to: eligible.length }) === eligible.length) return score
  const cachedScores = maskedScores.get(score)
  if (cachedScores?.eligible === eligible) return cachedScores.scores
  const scores = score.map((value, row) => (eligible[row] === 1 ? value : NaN))
  maskedScores.set(score, { eligible, scores })
  return scores
}

/** By the unmasked scores, which are immutable once made. */
const maskedScores = new WeakMap<Float64Array, { readonly eligible: Uint8Array; readonly scores: Float64Array }>()
