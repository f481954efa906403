/** Which cases have scores: those that somebody looks at. What models learn from is looked at without one. */
import { firstFrom } from '../../../kernel/order.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'

/**
 * From the block `tune` on, or from `lookBack` ms before the block `test`, whichever is earlier, to the end of that. So the gap between the two blocks has scores as well, which costs little and keeps it one stretch.
 */
export function scoredOf({ t, length, blocks: { tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>, lookBack: number): RowRange {
  if (lookBack === Infinity) return { from: 0, to: length }
  return { from: Math.min(tune.from, firstFrom(t, 1, 0, test.from, t[test.from] - lookBack)), to: test.to }
}

/** Those of all decisions that are made, of which many scores are. */
const whole = new WeakSet<Float64Array>()

/** NaN where there is no decision; the same column if there is one everywhere in the rows, which are the same for all of an experiment's moments. */
export function whereMade(score: Float64Array, made: Float64Array, { from, to }: RowRange): Float64Array {
  if (whole.has(made)) return score
  let left: Float64Array | undefined
  for (let row = from; row < to; row++) if (Number.isNaN(made[row])) (left ??= score.slice())[row] = NaN
  if (!left) whole.add(made)
  return left ?? score
}
