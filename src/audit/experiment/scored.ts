/** Which cases have scores: those that somebody looks at. What models learn from is looked at without one. */
import { firstFrom } from '../../kernel/order.ts'
import type { Cases, RowRange } from '../cases.ts'

/**
 * From the block `tune` on, or from `lookBack` ms before the block `test`, whichever is earlier, to the end of that. So the gap between the two blocks has scores as well, which costs little and keeps it one stretch.
 */
export function scoredOf({ t, length, blocks: { tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>, lookBack: number): RowRange {
  if (lookBack === Infinity) return { from: 0, to: length }
  return { from: Math.min(tune.from, firstFrom(t, 1, 0, test.from, t[test.from] - lookBack)), to: test.to }
}

/** NaN where there is no decision; the same column if there is one everywhere. */
export function whereMade(score: Float64Array, made: Float64Array, { from, to }: RowRange): Float64Array {
  let left: Float64Array | undefined
  for (let row = from; row < to; row++) if (Number.isNaN(made[row])) (left ??= score.slice())[row] = NaN
  return left ?? score
}
