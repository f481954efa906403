/** Refuses values that a kernel cannot compute: windows that reach entries dropped at a limit, and reads below their key's watermark. */
import { refusals, refuseCell, type FeatureColumn } from '../aggregate/index.ts'
import type { KernelUnit } from './build.ts'
import { tileStart } from './window.ts'

/** Refuses each feature of a unit whose window, at a read of the chunk, reaches entries that its structure had dropped by then. */
export function refuseTruncated(
  { structure: { truncations: lost }, readers }: KernelUnit,
  clock: Float64Array,
  row: number,
  out: readonly FeatureColumn[],
): void {
  for (const { index, span, hop } of readers)
    for (let i = 0; i < clock.length; i++) {
      const code = lost.refusal(i, tileStart(clock[i] - span, hop))
      if (code > 0) refuseCell(out[index], row + i, code)
    }
  lost.clearNotes()
}

/** Refuses the reads marked in `evicted`; the first is row `from`. */
export function refuseEvicted(evicted: Uint8Array, from: number, out: FeatureColumn[]): void {
  for (let i = 0; i < evicted.length; i++) {
    if (!evicted[i]) continue
    for (const column of out) refuseCell(column, from + i, refusals.evicted)
  }
}
