/** Shared parts of logistic and linear regression: options, penalties, quadratic forms, coefficients, and the error for collinear columns. */
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
