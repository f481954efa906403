/** Applies the link function that turns a sum into a score, for `logistic`, `linear` and `trees`. */
import type { ColumnData } from '../columns/index.ts'
import { nullIfOutside, type Scratch } from '../expression/index.ts'

/**
 * 1 / (1 + e^−z), in place. Below −709, where e^−z overflows, it is 0; above that it is as accurate for very negative z as the form
 * with e^z.
 */
export function logisticInPlace(z: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) z[i] = 1 / (1 + Math.exp(-z[i]))
}

/** Scores as a column, NULL where they are not finite. */
export function finiteScores(values: Float64Array, scratch: Scratch, length: number): ColumnData {
  for (let i = 0; i < length; i++)
    if (!Number.isFinite(values[i])) return { values, nulls: nullIfOutside(undefined, values, Number.MAX_VALUE, scratch, length) }
  return { values }
}
