/**
 * The multiway cluster-robust variance of θ = Σd / Σn, its degrees of freedom, and its skewness.
 *
 * **Variance.** Let v_c = θ − θ(−c) be the influence of cell c. The variance by one set of cells is the jackknife's, (G − 1)/G · Σ v_c²
 * (Efron 1982; as a cluster-robust variance CR3: MacKinnon, Nielsen and Webb 2023, "Fast and reliable jackknife and bootstrap methods for
 * cluster-robust inference"). θ is a ratio, so v_c = (S_c − θ n_c) / (N − n_c), which corrects for a large cluster's effect on its own
 * residual. Sets of cells combine by inclusion and exclusion (Cameron, Gelbach and Miller 2011, "Robust inference with multiway
 * clustering"): by origin, plus by day, less by both. By chance the result may be too small, even negative, so it is at least half of the
 * variance by the smallest cells, which is about right where nothing is shared. (With a floor of the whole instead of half, which counts
 * the same uncertainty twice with the degrees of freedom, intervals cover 97 % there instead of 96 %.)
 *
 * **Lengthened blocks of time.** Where block errors were autocorrelated and longer blocks were taken, part of a shock still crosses a
 * border. The term 2 Σ v_i v_{i+1} is added if it is positive (the truncated kernel of White and Domowitz 1984 at a lag of one block). It
 * reduces the degrees of freedom to a third, by 1 / Σ k² a block (Priestley 1981, 6.2).
 *
 * **Degrees of freedom.** Satterthwaite's, 2E²/Var. For one column the lesser of two: by a working model in which a cluster of n rows has
 * variance σ² n + τ² n², σ² and τ² by moments (Bell and McCaffrey 2002; Imbens and Kolesár 2016); and by fourth moments, 3 (Σv²)² / Σv⁴ −
 * 2, which is 1 where one cluster dominates. For all columns V² / Σ V_k²/ν_k.
 *
 * **Skewness.** Σ v³ / V^(3/2), its sets combined as those of the variance: shocks and rare large amounts skew the errors.
 */
import type { SparseValues } from '../value/sparse.ts'
import type { ClusterCodes } from './cluster-codes.ts'
import type { CellSet } from './sample.ts'
import { cellSums, SumBuffers, type CellSizes, type CellSums } from './cell-sums.ts'
import { differenceCounts, type DifferenceCounts } from './small-counts.ts'

/** The estimate of one mean difference per row; rows with an unknown difference are left out. */
export interface VarianceEstimate {
  readonly rows: number
  /** θ. */
  readonly value: number
  readonly variance: number
  /** Degrees of freedom of the variance; Infinity where it is 0. */
  readonly freedom: number
  readonly skewness: number
  /** The influence θ − θ(−c) of each cluster, for each column. */
  readonly influence: readonly Float64Array[]
  /** The differing decisions, and the clusters with a difference. */
  readonly counts: DifferenceCounts
}

/** Estimates a mean difference over at least two rows. O(differing rows + cells) for each set of cells. */
export function estimateVariance(
  cells: readonly CellSet[],
  differing: SparseValues,
  buffers: SumBuffers = new SumBuffers(),
): VarianceEstimate {
  const theta = thetaOf(differing)
  const { rows, value, unit } = theta
  const parts = cells.map(set => partOf(set, differing, theta, buffers))
  const { variance, third, freedomDivisor } = combineParts(parts, theta)
  const freedom = freedomDivisor > 0 ? variance ** 2 / freedomDivisor : Infinity
  return {
    rows,
    value,
    variance: variance * unit ** 2,
    freedom,
    skewness: variance > 0 ? third / variance ** 1.5 : 0,
    influence: parts.flatMap(({ influence }) => (influence ? [influence.map(v => v * unit)] : [])),
    counts: differenceCounts(
      differing,
      parts.flatMap(({ clusterSums }) => (clusterSums ? [clusterSums] : [])),
      freedom,
    ),
  }
}

/**
 * Variance and third moment of all sets of cells together, and the divisor Σ V_k²/ν_k of the degrees of freedom, in units. The last set is
 * that of all columns (`CellSet`), so its cells are the smallest.
 */
function combineParts(
  parts: readonly Part[],
  { rows, rowSquares, unit }: Theta,
): { variance: number; third: number; freedomDivisor: number } {
  let [variance, third, freedomDivisor] = [0, 0, 0]
  for (const { set, sizes, influence, ...part } of parts) {
    variance += set.sign * part.variance
    third += set.sign * part.third
    if (!influence || part.variance === 0) continue
    const modelled = modelledFreedom(sizes, rows, Math.max(0, rowSquares) / unit ** 2, part.residuals)
    const freedom = Math.min(modelled, (3 * part.second ** 2) / part.fourth - 2)
    const neighbourTerm = set.isLengthened ? neighbourCovariance(influence) : 0
    variance += neighbourTerm
    freedomDivisor += (part.variance + neighbourTerm) ** 2 / (neighbourTerm > 0 ? freedom / NEIGHBOUR_LAGS : freedom)
  }
  const smallestCells = parts.at(-1)!
  return { variance: Math.max(variance, CELL_VARIANCE_FLOOR * smallestCells.variance), third, freedomDivisor }
}

/** The influence θ − θ(−c) of each cell of one set, in arbitrary units. */
export const clusterInfluence = (set: ClusterCodes, differing: SparseValues): Float64Array =>
  influenceOf(cellSums(set, differing, new SumBuffers()), thetaOf(differing))

/** The floor of the variance, as a share of the variance by the smallest cells. */
const CELL_VARIANCE_FLOOR = 0.5

/** Σ k² over the lags −1, 0 and 1. */
const NEIGHBOUR_LAGS = 3

function neighbourCovariance(v: Float64Array): number {
  let sum = 0
  for (let i = 1; i < v.length; i++) sum += v[i - 1] * v[i]
  return Math.max(0, 2 * sum)
}

interface Theta {
  readonly value: number
  readonly rows: number
  /** Σ (d − θ)². */
  readonly rowSquares: number
  /** The standard deviation of a row. In this unit no power leaves the range of doubles. */
  readonly unit: number
}

function thetaOf({ rows, sum, squares }: SparseValues): Theta {
  const value = sum / rows
  const rowSquares = squares - rows * value * value
  return { value, rows, rowSquares, unit: rowSquares > 0 ? Math.sqrt(rowSquares / rows) : 1 }
}

/** One set of cells. */
interface Part extends Moments {
  readonly set: CellSet
  readonly sizes: CellSizes
  /** The influence by cell, in units, of a set of one column or of single rows. */
  readonly influence?: Float64Array
  /** The nonzero sums by cell of a set of one column. */
  readonly clusterSums?: Float64Array
}

/** The moments of one set of cells, in units. */
interface Moments {
  readonly variance: number
  /** Σ v², Σ v³ and Σ v⁴. */
  readonly second: number
  readonly third: number
  readonly fourth: number
  /** Σ (S_c − θ n_c)². */
  readonly residuals: number
}

/** The sums by cell are in the buffers, so the part keeps copies. */
function partOf(set: CellSet, differing: SparseValues, theta: Theta, buffers: SumBuffers): Part {
  const cellTotals = cellSums(set, differing, buffers)
  const { sizes, sums, cells } = cellTotals
  return {
    set,
    sizes,
    ...momentsOf(cellTotals, theta),
    ...(set.over.length <= 1 && { influence: influenceOf(cellTotals, theta) }),
    ...(set.over.length === 1 && { clusterSums: sums.slice(0, cells.length) }),
  }
}

function momentsOf({ sums, rows: counts, times }: CellSums, { value, rows, unit }: Theta): Moments {
  let [occupied, residuals, second, third, fourth] = [0, 0, 0, 0, 0]
  for (let entry = 0; entry < sums.length; entry++) {
    const n = counts[entry]
    if (n === 0 || n === rows) continue
    const cells = times[entry]
    const residual = (sums[entry] - value * n) / unit
    const v = residual / (rows - n)
    occupied += cells
    residuals += cells * residual * residual
    second += cells * v * v
    third += cells * v * v * v
    fourth += cells * v * v * v * v
  }
  return { variance: occupied < 2 ? 0 : ((occupied - 1) / occupied) * second, second, third, fourth, residuals }
}

/** The influence v by cell, in units. */
function influenceOf({ sizes, cells, sums }: CellSums, { value, rows, unit }: Theta): Float64Array {
  const influenceOfCell = (sum: number, n: number): number => (n === 0 || n === rows ? 0 : (sum - value * n) / unit / (rows - n))
  const influence = new Float64Array(sizes.of.length)
  for (let cell = 0; cell < influence.length; cell++) influence[cell] = influenceOfCell(0, sizes.rows[sizes.of[cell]])
  cells.forEach((cell, entry) => (influence[cell] = influenceOfCell(sums[entry], sizes.rows[sizes.of[cell]])))
  return influence
}

/**
 * The degrees of freedom of the variance by one column, under the working model of Bell and McCaffrey (2002): the error u_g of a cluster's
 * sum is independent, with variance v_g = σ² n_g + τ² n_g².
 *
 * The residual sums û_g = S_g − θ n_g are u_g − p_g Σ_h u_h, with p_g = n_g / N. So with T = Σ v_h their covariance is Ω_gh = −p_g v_h −
 * p_h v_g + p_g p_h T, plus v_g where g = h. The variance is Σ w_g û_g² with w_g = (N − n_g)^−2, up to a factor. Of normal errors its mean
 * is Σ w_g Ω_gg and its variance 2 Σ_gh w_g w_h Ω_gh², so Satterthwaite's 2 mean² / variance is (Σ w_g Ω_gg)² / Σ_gh w_g w_h Ω_gh². Squared
 * out, the second sum needs only the sums over clusters of w p², w v² and w p v.
 *
 * σ² and τ² by moments: Σ (d − θ)² over rows (`rowSquares`) is about N (σ² + τ²), and Σ û_g² (`residuals`) about N σ² + τ² Σ n_g².
 */
function modelledFreedom({ rows: sizes, cells }: CellSizes, rows: number, rowSquares: number, residuals: number): number {
  let pairs = 0
  sizes.forEach((n, i) => (pairs += cells[i] * n * n))
  const clusterVariance = pairs > rows ? Math.max(0, (residuals - rowSquares) / (pairs - rows)) : 0
  const rowVariance = Math.max(0, rowSquares / rows - clusterVariance)
  let total = 0
  sizes.forEach((n, i) => (total += cells[i] * (rowVariance * n + clusterVariance * n * n)))
  let [expected, single, wpp, wvv, wpv] = [0, 0, 0, 0, 0]
  sizes.forEach((n, i) => {
    if (n === rows) return
    const [v, p, w] = [rowVariance * n + clusterVariance * n * n, n / rows, (rows / (rows - n)) ** 2]
    const adjustment = p * (p * total - 2 * v)
    expected += cells[i] * w * (v + adjustment)
    single += cells[i] * w * w * v * (v + 2 * adjustment)
    wpp += cells[i] * w * p * p
    wvv += cells[i] * w * v * v
    wpv += cells[i] * w * p * v
  })
  return expected ** 2 / (single + 2 * wpp * wvv + (total * wpp) ** 2 + 2 * wpv ** 2 - 4 * total * wpp * wpv)
}
