/** Comparison of two values of one cell. */
import type { RecordedCell, CellOutcome } from './report.ts'

/** `bound` is the greatest difference between two correct computations; 0 requires equal bits. */
export function compareCells(recorded: RecordedCell, recomputed: RecordedCell, bound: number): CellOutcome {
  if (recorded === null && recomputed === null) return 'bothAbsent'
  if (isSame(recorded, recomputed)) return 'equal'
  if (bound === Infinity) return 'within'
  if (recorded === null || recomputed === null) return 'oneAbsent'
  return bound > 0 && typeof recorded === 'number' && typeof recomputed === 'number' && Math.abs(recorded - recomputed) <= bound
    ? 'within'
    : 'different'
}

/** True if two values are a mismatch: they differ by more than the bound. */
export function isMismatch(recorded: RecordedCell, recomputed: RecordedCell, bound: number): boolean {
  const outcome = compareCells(recorded, recomputed, bound)
  return outcome === 'oneAbsent' || outcome === 'different'
}

function isSame(a: RecordedCell, b: RecordedCell): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]))
}
