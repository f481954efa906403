/** The range of cases that get scores. Training needs no scores. */
import { firstEntryFrom } from '../../../kernel/index.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'

/**
 * From the block `tune`, or from `lookBack` ms before the block `test`, whichever is earlier, to the end of `test`. The gap between the two
 * blocks gets scores too: it is cheap and keeps the range contiguous.
 */
export function scoredRange({ t, length, blocks: { tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>, lookBack: number): RowRange {
  if (lookBack === Infinity) return { from: 0, to: length }
  return { from: Math.min(tune.from, firstEntryFrom(t, 1, 0, test.from, t[test.from] - lookBack)), to: test.to }
}

/** Time columns without NaN, which many scores share. */
const complete = new WeakSet<Float64Array>()

/** The scores with NaN where no decision is made; the same array if there is a decision everywhere in the rows. */
export function maskUndecided(score: Float64Array, times: Float64Array, { from, to }: RowRange): Float64Array {
  if (complete.has(times)) return score
  let masked: Float64Array | undefined
  for (let row = from; row < to; row++) if (Number.isNaN(times[row])) (masked ??= score.slice())[row] = NaN
  if (!masked) complete.add(times)
  return masked ?? score
}
