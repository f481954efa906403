/** Do blocks of time err together with those beside them? Then a shock lasts longer than a block, and there are fewer blocks than it seems. */
import type { Sample } from './sample.ts'
import { normalTail, studentQuantile } from './student.ts'
import type { Measured } from './variance.ts'

/** In standard errors of a correlation of blocks that err apart, 1/√blocks, of one alternative. */
const NOTABLE = 2.5
/** Below so many blocks a correlation says nothing. */
const BLOCKS_LEAST = 20

export interface LastingShock {
  /** Of the sample: which one has blocks of time. */
  readonly column: number
  readonly correlation: number
}

/**
 * Of blocks of time whose errors go with those of the block before: the greatest correlation Σ v_i v_{i+1} / Σ v_i² of the alternatives, whose variances are above 0. Of several alternatives it must be as unlikely that any is so
 * great by chance (Bonferroni). A negative one makes intervals too wide, which harms nobody.
 */
export function lastingShock(sample: Sample, found: readonly Measured[]): LastingShock | undefined {
  const set = sample.cells.findIndex(({ over }) => over.length === 1 && sample.columns[over[0]].span !== undefined)
  if (set < 0 || found.length === 0 || !isTold(sample.cells[set].count)) return undefined
  const correlation = Math.max(...found.map(({ influence }) => correlationOf(influence[set])))
  const bound = studentQuantile(normalTail(NOTABLE) / found.length, Infinity) / Math.sqrt(sample.cells[set].count)
  return correlation > bound ? { column: sample.cells[set].over[0], correlation } : undefined
}

/** Are there enough blocks to see whether they err together? */
export const isTold = (blocks: number): boolean => blocks >= BLOCKS_LEAST

function correlationOf(v: Float64Array): number {
  let [together, alone] = [0, v[0] * v[0]]
  for (let i = 1; i < v.length; i++) {
    together += v[i - 1] * v[i]
    alone += v[i] * v[i]
  }
  return alone > 0 ? together / alone : 0
}
