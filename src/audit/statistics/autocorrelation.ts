/** Do blocks of time err together with those beside them? Then a shock lasts longer than a block, and there are fewer blocks than it seems. */
import type { Codes } from './joint-interval.ts'
import type { Sample } from './sample.ts'
import { normalTail, studentQuantile } from './student.ts'

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
 * Of blocks of time whose errors go with those of the block before: the greatest correlation Σ v_i v_{i+1} / Σ v_i² of the alternatives, whose variances are above 0, by what `movedBy` says that each block moves. Of several
 * alternatives it must be as unlikely that any is so great by chance (Bonferroni). A negative one makes intervals too wide, which harms nobody.
 */
export function lastingShock(
  { columns }: Pick<Sample, 'columns'>,
  alternatives: number,
  movedBy: (blocks: Codes) => readonly Float64Array[],
): LastingShock | undefined {
  const column = columns.findIndex(({ span, redundant }) => span !== undefined && redundant === undefined)
  if (column < 0 || alternatives === 0 || !isTold(columns[column].count)) return undefined
  const correlation = Math.max(...movedBy(columns[column]).map(correlationOf))
  const bound = studentQuantile(normalTail(NOTABLE) / alternatives, Infinity) / Math.sqrt(columns[column].count)
  return correlation > bound ? { column, correlation } : undefined
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
