/** What logistic and linear regression share: their options, the quadratic forms of their steps, and columns that say the same. */
import { coefficientsOf, constantsOf, type Design, type FittedCoefficients } from './design.ts'
import { numbersOf, type Bound } from './table/options.ts'
import { untrainable } from './table/table.ts'

export interface RegressionOptions {
  /** The fit minimises its loss, summed over the rows, plus `ridge · Σ weight² / 2`, the intercept left out. 1 unless given. */
  readonly ridge?: number
  /** Whether `ridge` is on weights of columns divided by their standard deviation, so that units do not matter (it is), or on the weights themselves. */
  readonly standardise?: boolean
  /** What stands for NULL in every column: unless given, the mean of each. */
  readonly ifNull?: number
}

/** What a regression gives. */
export interface RegressionFit<Names extends string> {
  /** As `logistic` and `linear` take them. */
  readonly coefficients: FittedCoefficients<Names>
  /** Inputs with one value in all rows: their weight is 0. */
  readonly constant: readonly Names[]
}

const bounds = { ridge: { is: 1, from: 0, to: 1e100 } } satisfies Record<string, Bound>

export function regressionOptions(what: string, given: RegressionOptions) {
  const { ridge } = numbersOf(what, given, bounds, ['standardise', 'ifNull'])
  const { standardise = true, ifNull } = given
  if (ifNull !== undefined && !Number.isFinite(ifNull)) untrainable(`${what}: ifNull is a finite number, got ${ifNull}`)
  return { ridge, standardise, ifNull }
}

/** The ridge of each column of the matrix. */
export const penaltiesOf = ({ scales }: Design, { ridge, standardise }: { ridge: number; standardise: boolean }): Float64Array =>
  scales.map(scale => (standardise ? ridge : ridge / scale ** 2))

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

export function fitted<Names extends string>(design: Design<Names>, beta: Float64Array): RegressionFit<Names> {
  return { coefficients: coefficientsOf(design, beta), constant: constantsOf(design) }
}

/** Throws for a column of (1, the matrix) that follows from those before it. */
export function sayTheSame({ names, standards }: Design, column: number): never {
  const varying = names.filter((_, i) => standards[i].scale > 0)
  return untrainable(`column '${varying[column - 1]}' follows from those before it; leave it out, or give a larger ridge`)
}
