/**
 * Simultaneous confidence: the tail of each interval at which all intervals of a sweep hold together.
 *
 * **Formula.** The distribution of max |t| over the sweep by the Gaussian multiplier bootstrap (Chernozhukov, Chetverikov and Kato 2013).
 * Each cluster of each column has one multiplier for all levels, so that draws preserve their correlation. Given the data such a draw
 * is normal with covariance Σ_c v_c^a v_c^b over clusters, and is drawn directly from it: the same distribution, at a cost independent of
 * the number of clusters. The quantile of max |t| is converted to a normal tail, so that levels with different degrees of freedom are
 * comparable, as in a Gaussian copula.
 */
import { random } from '../../base/index.ts'
import { studentTail } from './distributions.ts'

/**
 * The tail for each interval, at most `tail`. `influences`: for each level with a variance above 0 its v by cluster, one array per
 * column. O(levels² · (clusters + draws)); memory levels² + draws doubles.
 */
export function simultaneousTail(
  influences: readonly (readonly Float64Array[])[],
  tail: number,
  { draws, seed }: { readonly draws: number; readonly seed: number },
): number {
  if (influences.length < 2) return tail
  const root = choleskyRoot(correlationOf(influences), influences.length)
  const maxima = new Float64Array(draws)
  const normal = normals(random(seed))
  const z = new Float64Array(influences.length)
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < z.length; i++) z[i] = normal()
    maxima[draw] = largestOf(root, z)
  }
  maxima.sort()
  return Math.min(tail, studentTail(maxima[Math.min(draws - 1, Math.ceil((1 - tail) * (draws + 1)) - 1)], Infinity))
}

function correlationOf(influences: readonly (readonly Float64Array[])[]): Float64Array {
  const size = influences.length
  const matrix = new Float64Array(size * size)
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) matrix[a * size + b] = influences[a].reduce((sum, column, i) => sum + product(column, influences[b][i]), 0)
  const scale = Float64Array.from({ length: size }, (_, a) => 1 / Math.sqrt(matrix[a * size + a]))
  for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) matrix[a * size + b] *= scale[a] * scale[b]
  return matrix
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** Below this share of a unit variance a level is a linear combination of those before it. */
const DEPENDENT_VARIANCE = 1e-10

/**
 * The lower triangular Cholesky root of a correlation matrix, which is singular where two levels coincide: their columns are 0, where
 * `solveCholesky` (`training/cholesky.ts`) stops.
 */
function choleskyRoot(matrix: Float64Array, size: number): Float64Array {
  const root = new Float64Array(size * size)
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) {
      let rest = matrix[a * size + b]
      for (let k = 0; k < b; k++) rest -= root[a * size + k] * root[b * size + k]
      if (a === b) root[a * size + a] = rest > DEPENDENT_VARIANCE ? Math.sqrt(rest) : 0
      else root[a * size + b] = root[b * size + b] === 0 ? 0 : rest / root[b * size + b]
    }
  return root
}

function largestOf(root: Float64Array, z: Float64Array): number {
  const size = z.length
  let largest = 0
  for (let a = 0; a < size; a++) {
    let t = 0
    for (let k = 0; k <= a; k++) t += root[a * size + k] * z[k]
    largest = Math.max(largest, Math.abs(t))
  }
  return largest
}

/** Standard normal draws (Box and Muller 1958). */
function normals(uniform: () => number): () => number {
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - uniform())), 2 * Math.PI * uniform()]
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
