/**
 * Rejects values that a kernel cannot compute: windows that reach entries dropped at a limit or events that were removed, and reads below
 * their key's watermark, whose windows have dropped events since.
 */
import { rejections, rejectCell, type FeatureColumn } from '../aggregate/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { KernelUnit } from './unit.ts'
import { tileStart } from './window.ts'

/** Rejects each feature of a unit whose window, at a read of the chunk, reaches entries that its structure had dropped by then. */
export function rejectTruncated(
  { structure: { truncations }, features }: KernelUnit,
  asOf: Float64Array,
  firstRow: number,
  out: readonly FeatureColumn[],
): void {
  for (const { index, span, hop } of features)
    for (let i = 0; i < asOf.length; i++) {
      const code = truncations.rejection(i, tileStart(asOf[i] - span, hop))
      if (code > 0) rejectCell(out[index], firstRow + i, code)
    }
  truncations.clearNotes()
}

/** Rejects the reads that are marked with 1; the first is row `firstRow`. */
export function rejectBelowWatermark(marks: Uint8Array, firstRow: number, out: readonly FeatureColumn[]): void {
  for (let i = 0; i < marks.length; i++) {
    if (!marks[i]) continue
    for (const column of out) rejectCell(column, firstRow + i, rejections.evicted)
  }
}

/** Does the window of a feature, as of `asOf`, reach back to `arrival`? Both UTC ms. */
export function reachesBackTo({ window, hop }: FeatureIR, asOf: number, arrival: number): boolean {
  const start = window === 'lifetime' ? -Infinity : tileStart(asOf - window, hop)
  return start <= arrival
}

/**
 * Rejects values whose windows reach back to `arrival`, UTC ms: events up to then may be missing, and an event's time is never after
 * its arrival. Returns whether any value was rejected. Before the first run of a schedule nothing is visible, and the value stays.
 */
export function rejectIncomplete(
  features: readonly FeatureIR[],
  out: readonly FeatureColumn[],
  asOf: Float64Array,
  arrival: number,
): boolean {
  let any = false
  features.forEach((feature, f) => {
    for (let row = 0; row < asOf.length; row++) {
      if (!reachesBackTo(feature, asOf[row], arrival)) continue
      any = true
      if (asOf[row] > -Infinity) rejectCell(out[f], row, rejections.evicted)
    }
  })
  return any
}
