/** Do blocks of time err together with those beside them? Then a shock lasts longer than a block, and there are fewer blocks than it seems. */
import type { Caveat } from '../caveats/caveat.ts'
import type { Sample } from './sample.ts'
import type { Measured } from './variance.ts'

/** In standard errors of a correlation of blocks that err apart, 1/√blocks. */
const NOTABLE = 2.5
/** Below so many blocks a correlation says nothing. */
const BLOCKS_LEAST = 20

/**
 * A caveat for each column of blocks of time (its codes never fall from row to row) whose errors go with those of the block before: the correlation Σ v_i v_{i+1} / Σ v_i², mean over the alternatives, whose variances are above 0.
 * A negative one makes intervals too wide, which harms nobody.
 */
export function lastingShocks({ columns, cells }: Sample, found: readonly Measured[]): Caveat[] {
  const single = cells.filter(({ over }) => over.length === 1)
  return single.flatMap(({ over: [column], of, count }, i) => {
    if (count < BLOCKS_LEAST || !neverFalls(of)) return []
    const correlations = found.map(({ influence }) => correlation(influence[i]))
    const mean = correlations.reduce((sum, one) => sum + one, 0) / correlations.length
    if (!(mean > NOTABLE / Math.sqrt(count))) return []
    return [{ kind: 'lasting shocks', block: columns[column].name, about: columns[column].name, size: mean }]
  })
}

function neverFalls(of: Int32Array): boolean {
  for (let row = 1; row < of.length; row++) if (of[row] < of[row - 1]) return false
  return true
}

function correlation(v: Float64Array): number {
  let [together, alone] = [0, v[0] * v[0]]
  for (let i = 1; i < v.length; i++) {
    together += v[i - 1] * v[i]
    alone += v[i] * v[i]
  }
  return alone > 0 ? together / alone : 0
}
