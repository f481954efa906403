/** Two values of one cell, held against each other. */
import type { Cell, Outcome } from './report.ts'

/** `bound`: by how much two honest computations may differ; 0 is to the bit. */
export function outcomeOf(recorded: Cell, other: Cell, bound: number): Outcome {
  if (recorded === null && other === null) return 'bothAbsent'
  if (isSame(recorded, other)) return 'equal'
  if (bound === Infinity) return 'within'
  if (recorded === null || other === null) return 'oneAbsent'
  return bound > 0 && typeof recorded === 'number' && typeof other === 'number' && Math.abs(recorded - other) <= bound
    ? 'within'
    : 'different'
}

/** Are two values another, by more than a bound? */
export function isApart(recorded: Cell, other: Cell, bound: number): boolean {
  const outcome = outcomeOf(recorded, other, bound)
  return outcome === 'oneAbsent' || outcome === 'different'
}

function isSame(a: Cell, b: Cell): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]))
}
