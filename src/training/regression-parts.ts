/** Shared parts of logistic and linear regression: options, quadratic forms, their minimum, and collinear columns. */
import type { RegressionOptions } from '../define/model/index.ts'
import { coefficientsOf, constantsOf, type Design, type FittedCoefficients } from './design-matrix.ts'
import { numericOptions, type OptionBound } from './input/numeric-options.ts'
import { untrainable } from './input/training-table.ts'

/** A fitted regression. */
export interface RegressionFit<Names extends string> {
  /** Coefficients as `logistic` and `linear` take them. */
  readonly coefficients: FittedCoefficients<Names>
  /** Inputs with one value in all rows; their weight is 0. */
  readonly constant: readonly Names[]
}

const bounds = { ridge: { is: 1, from: 0, to: 1e100 } } satisfies Record<string, OptionBound>

/**
 * Validates options.
 * @throws `SPILL_TRAINING`.
 */
export function regressionOptions(caller: string, options: RegressionOptions) {
  const { ridge } = numericOptions(caller, options, bounds, ['standardise', 'ifNull'])
  const { standardise = true, ifNull } = options
  if (ifNull !== undefined && !Number.isFinite(ifNull)) untrainable(`${caller}: ifNull is a finite number, got ${ifNull}`)
  return { ridge, standardise, ifNull }
}

/** Ridge of each varying column. */
export const penaltiesOf = (
  { scales, isIndicator }: Pick<Design, 'scales' | 'isIndicator'>,
  { ridge, standardise }: { ridge: number; standardise: boolean },
): Float64Array => scales.map((scale, i) => (standardise && !isIndicator[i] ? ridge : ridge / scale ** 2))

interface Matrix {
  readonly matrix: Float64Array
  readonly width: number
}

/** Adds `factor · x xᵀ` to the lower triangle of a matrix over (1, the columns of row `row`). */
export function addOuter(into: Float64Array, { matrix, width }: Matrix, row: number, factor: number): void {
  const size = width + 1
  const from = row * width - 1
  into[0] += factor
  for (let i = 1; i < size; i++) {
    const scaled = factor * matrix[from + i]
    const at = i * size
    into[at] += scaled
    for (let j = 1; j <= i; j++) into[at + j] += scaled * matrix[from + j]
  }
}

/** The fit of weights `beta`. */
export function regressionFit<Names extends string>(design: Design<Names>, beta: Float64Array): RegressionFit<Names> {
  return { coefficients: coefficientsOf(design, beta), constant: constantsOf(design) }
}

/** Throws `SPILL_TRAINING` for a column of (1, the matrix) that depends linearly on those before it. */
export function throwCollinear({ names, standards }: Design, column: number): never {
  const varying = names.filter((_, i) => standards[i].scale > 0)
  return untrainable(`column '${varying[column - 1]}' follows from those before it; leave it out, or give a larger ridge`)
}

/** Relative size below which a pivot is rounding error. */
const RELATIVE_PIVOT_MIN = 1e-13

/**
 * Solves `matrix · x = right` by Cholesky decomposition: size³ / 6 multiplications. `matrix` is symmetric and positive definite, row-major; its lower triangle is read and overwritten. Returns the solution, or the index of the
 * first column that depends linearly on the columns before it, within double precision.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array | number {
  const size = right.length
  for (let i = 0; i < size; i++) {
    const diagonal = matrix[i * size + i]
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k]
      if (i > j) matrix[i * size + j] = sum / matrix[j * size + j]
      else if (sum > RELATIVE_PIVOT_MIN * diagonal) matrix[i * size + i] = Math.sqrt(sum)
      else return i
    }
  }
  const x = Float64Array.from(right)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] -= matrix[i * size + k] * x[k]
    x[i] /= matrix[i * size + i]
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] -= matrix[k * size + i] * x[k]
    x[i] /= matrix[i * size + i]
  }
  return x
}
