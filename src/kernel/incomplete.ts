import { refusals, refuse, type FeatureColumn } from '../aggregate/aggregate.ts'
import type { FeatureIR } from '../define/ir/ir.ts'
import { floorTo } from './window.ts'

/**
 * Refuses values whose windows reach back to `arrival`, UTC ms, up to which not every event is known; an event is never later than its arrival. Returns whether any
 * was refused. Before the first run of a schedule nothing is known, and a value is what it is.
 */
export function refuseIncomplete(
  features: readonly FeatureIR[],
  out: readonly FeatureColumn[],
  clock: Float64Array,
  arrival: number,
): boolean {
  let any = false
  features.forEach(({ window, hop }, f) => {
    for (let row = 0; row < clock.length; row++) {
      const start = window === 'lifetime' ? -Infinity : floorTo(clock[row] - window, hop)
      if (start > arrival) continue
      any = true
      if (clock[row] > -Infinity) refuse(out[f], row, refusals.evicted)
    }
  })
  return any
}
