/** Values that a kernel refuses: of windows that reach what was forgotten at a limit, and below the clock that their key has reached. */
import { refusals, refuse, type FeatureColumn } from '../aggregate/aggregate.ts'
import type { Unit } from './build.ts'
import { floorTo } from './window.ts'

/** By reader: does its window, at each read of a chunk, reach what its structure had to forget by then? */
export function refuseLost({ structure: { lost }, readers }: Unit, clock: Float64Array, row: number, out: readonly FeatureColumn[]): void {
  for (const { index, span, hop } of readers)
    for (let i = 0; i < clock.length; i++) {
      const code = lost.refusal(i, floorTo(clock[i] - span, hop))
      if (code > 0) refuse(out[index], row + i, code)
    }
  lost.nextChunk()
}

/** Refuses the reads that are marked in `evicted`, the first being row `from`. */
export function refuseEvicted(evicted: Uint8Array, from: number, out: FeatureColumn[]): void {
  for (let i = 0; i < evicted.length; i++) {
    if (!evicted[i]) continue
    for (const column of out) refuse(column, from + i, refusals.evicted)
  }
}
