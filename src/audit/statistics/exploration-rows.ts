/** The minimum number of explored decisions among those that an alternative changes. */
import { counted } from '../domain/figures.ts'
import type { Sample } from './sample.ts'
import type { Sparse } from '../value/sparse.ts'

/**
 * The least number of changed explored decisions. With fewer, their spread does not show what the draw missed: intervals cover 95 % from 15
 * on, and 92 % at 10 to 14.
 */
const DIFFERING_LEAST = 15

export function tooFewUndone({ weight }: Pick<Sample, 'weight'>, { at }: Pick<Sparse, 'at'>): { why: string } | undefined {
  if (!weight) return undefined
  let [hidden, undone] = [0, 0]
  for (const row of at) {
    if (weight[row] === 0) hidden++
    else if (weight[row] !== 1) undone++
  }
  if (undone >= DIFFERING_LEAST || hidden + undone === 0) return undefined
  return {
    why: `it differs for ${counted(hidden, 'decision')} whose outcome an action has hidden, and for ${undone} that were left undone to see it: under ${DIFFERING_LEAST} nothing is told`,
  }
}
