/** Decisions that can be judged at all. One about what is going on already (`begins`) has no outcome: it takes no part of a budget, does not act, is not ranked, and is in no figure of a week. */
import type { Cases, RowRange } from '../domain/cases.ts'
import { remembered } from './memo.ts'

/** 1 where a decision is eligible; all are where it is absent. */
export interface Eligibility {
  readonly eligible?: Cases['eligible'] | undefined
}

/** Eligible decisions of the rows. O(1) after the first call for the same cases. */
export function eligibleCount({ eligible }: Eligibility, { from, to }: RowRange): number {
  if (!eligible) return to - from
  const before = eligibleBefore(eligible)
  return before[to] - before[from]
}

const eligibleBefore = remembered((eligible: Uint8Array): Uint32Array => {
  const before = new Uint32Array(eligible.length + 1)
  for (let row = 0; row < eligible.length; row++) before[row + 1] = before[row] + eligible[row]
  return before
})

/** The scores that can act: NaN where a decision is not eligible. The same array where all are. */
export function eligibleScores({ eligible }: Required<Eligibility>, score: Float64Array): Float64Array {
  if (!eligible || eligibleCount({ eligible }, { from: 0, to: eligible.length }) === eligible.length) return score
  const known = masked.get(score)
  if (known?.eligible === eligible) return known.scores
  const scores = score.map((value, row) => (eligible[row] === 1 ? value : NaN))
  masked.set(score, { eligible, scores })
  return scores
}

/** By the scores that they are of, which nobody changes once they are made. */
const masked = new WeakMap<Float64Array, { readonly eligible: Uint8Array; readonly scores: Float64Array }>()
