import { rejections, rejectCell, type FeatureColumn } from '../aggregate/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import { tileStart } from './window.ts'

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
  features.forEach(({ window, hop }, f) => {
    for (let row = 0; row < asOf.length; row++) {
      const start = window === 'lifetime' ? -Infinity : tileStart(asOf[row] - window, hop)
      if (start > arrival) continue
      any = true
      if (asOf[row] > -Infinity) rejectCell(out[f], row, rejections.evicted)
    }
  })
  return any
}
