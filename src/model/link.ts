/** From a sum to a score: what `logistic`, `linear` and `trees` end with. */
import type { Column } from '../columns/block.ts'
import { orOutside } from '../expression/nulls.ts'
import type { Scratch } from '../expression/scratch.ts'

/** 1 / (1 + e^−z), in place. As good for very negative z as the form with e^z until e^−z overflows, below −709, where it is 0. */
export function squash(z: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) z[i] = 1 / (1 + Math.exp(-z[i]))
}

/** Scores, NULL where they are not finite. */
export function finiteScores(values: Float64Array, scratch: Scratch, length: number): Column {
  for (let i = 0; i < length; i++)
    if (!Number.isFinite(values[i])) return { values, nulls: orOutside(undefined, values, Number.MAX_VALUE, scratch, length) }
  return { values }
}
