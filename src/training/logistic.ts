/**
 * Logistic ridge regression by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani and Friedman 2009, §4.4.1). The
 * ridge keeps the coefficients finite on separable data.
 *
 * Deterministic: it starts from the base rate, or from better coefficients, and sums in row order. A step that would increase the loss is
 * halved. Costs rows · columns² / 2 multiplications per step: some 8 steps, or 4 from near coefficients. Columns that are mostly 0 cost
 * only their other rows.
 */
import type { RegressionOptions } from '../define/model/index.ts'
import { limits } from '../base/index.ts'
import { solveCholesky } from './cholesky.ts'
import { regressionFit, penaltiesOf, regressionOptions, throwCollinear, type RegressionFit } from './regression-parts.ts'
import { betaOf, designOf, type Design, type StartingCoefficients } from './design-matrix.ts'
import { SparseDesign } from './sparse-design.ts'
import { checkClasses, meanLabel, trainingTable, totalWeight, type TrainingRows, type TrainingTable } from './input/training-table.ts'

/** A fitted logistic model. */
export interface LogisticFit<Names extends string = string> extends RegressionFit<Names> {
  readonly kind: 'logistic'
  /** False if the loss has no minimum (separable rows without a ridge): the coefficients are those of the last step. */
  readonly converged: boolean
  readonly steps: number
}

/** Converged once no weight of a standardised column moves by more than this. */
const CHANGE_MIN = 1e-10
const HALVINGS_MAX = 30

/**
 * Fits a logistic model: minimises Σ w·(log(1 + e^z) − y·z) + ridge · Σ weight² / 2. Labels are 0 or 1, one per row.
 *
 * Source: Hastie, Tibshirani and Friedman 2009, §4.4.1.
 * @throws `SPILL_TRAINING` for labels of one class or other than 0 and 1, an invalid weight, or collinear columns without a ridge;
 * `SPILL_LIMIT` for too many rows.
 * @example
 *   fitLogistic({ columns: { x: Float64Array.of(0, 1, 2, 3) }, labels: [0, 1, 0, 1] }).coefficients
 */
export function fitLogistic<Names extends string>(rows: TrainingRows<Names>, options: RegressionOptions = {}): LogisticFit<Names> {
  return fitLogisticFrom(undefined, rows, options)
}

/** Finds the same minimum, starting from coefficients of similar rows. */
export function fitLogisticFrom<Names extends string>(
  from: StartingCoefficients | undefined,
  rows: TrainingRows<Names>,
  options: RegressionOptions = {},
): LogisticFit<Names> {
  const { ifNull, ...ridge } = regressionOptions('fitLogistic', options)
  const table = trainingTable(rows)
  checkClasses(table)
  const design = designOf(table, ifNull)
  const problem = problemOf(table, design, ridge)
  let { beta, loss } = startingPoint(problem, design, from)
  let converged = false
  let steps = 0
  while (!converged && steps < limits.NEWTON_STEPS_MAX) {
    const { gradient, hessian } = derivatives(problem, beta)
    const step = solveCholesky(hessian, gradient)
    // After the first step, probabilities of 0 and 1 can leave no curvature.
    if ('dependentColumn' in step) {
      if (steps === 0) throwCollinear(design, step.dependentColumn)
      break
    }
    const next = lineSearch(problem, { beta, loss }, step.x)
    if (!next) break
    converged = next.beta.every((value, i) => Math.abs(value - beta[i]) <= CHANGE_MIN * Math.max(1, Math.abs(value)))
    beta = next.beta
    loss = next.loss
    steps++
  }
  return { kind: 'logistic', ...regressionFit(design, beta), converged, steps }
}

interface Problem {
  readonly table: TrainingTable
  readonly rows: SparseDesign
  readonly penalties: Float64Array
  /** By row, at the β of the last loss: w · (y − p), and w · p · (1 − p). */
  readonly residuals: Float64Array
  readonly curvatures: Float64Array
}

interface Iterate {
  readonly beta: Float64Array<ArrayBuffer>
  readonly loss: number
}

/** The minimisation problem of a table. */
export function problemOf(table: TrainingTable, design: Design, ridge: Parameters<typeof penaltiesOf>[1]): Problem {
  const { length } = table
  const rows = new SparseDesign(design, length)
  return { table, rows, penalties: penaltiesOf(design, ridge), residuals: new Float64Array(length), curvatures: new Float64Array(length) }
}

/** Starts from the given coefficients if they beat the base rate. */
function startingPoint(problem: Problem, design: Design, from: StartingCoefficients | undefined): Iterate {
  const { table } = problem
  const rate = meanLabel(table)
  if (from) {
    const beta = betaOf(design, from)
    const loss = lossAt(problem, beta)
    if (loss < -totalWeight(table) * (rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate))) return { beta, loss }
  }
  const beta = new Float64Array(design.width + 1)
  beta[0] = Math.log(rate / (1 - rate))
  return { beta, loss: lossAt(problem, beta) }
}

/** A Newton step, halved until the loss does not increase beyond rounding; `undefined` if no part of it helps. */
function lineSearch(problem: Problem, { beta, loss }: Iterate, change: Float64Array): Iterate | undefined {
  for (let halvings = 0, part = 1; halvings <= HALVINGS_MAX; halvings++, part /= 2) {
    const next = Float64Array.from(beta, (value, i) => value + part * change[i])
    const after = lossAt(problem, next)
    if (after <= loss + 1e-12 * Math.abs(loss)) return { beta: next, loss: after }
  }
  return undefined
}

/** The loss. Also stores the terms of its derivatives, so that a row costs one exponential per step. */
export function lossAt({ table, rows, penalties, residuals, curvatures }: Problem, beta: Float64Array): number {
  const { length, labels, weights } = table
  rows.products(beta, residuals)
  let loss = 0
  for (let row = 0; row < length; row++) {
    const z = residuals[row]
    const weight = weights?.[row] ?? 1
    const small = Math.exp(-Math.abs(z))
    const p = (z < 0 ? small : 1) / (1 + small)
    loss += weight * (Math.max(z, 0) + Math.log1p(small) - labels[row] * z)
    residuals[row] = weight * (labels[row] - p)
    curvatures[row] = weight * p * (1 - p)
  }
  for (const [i, penalty] of penalties.entries()) loss += (penalty * beta[i + 1] ** 2) / 2
  return loss
}

/** The negative gradient, and the lower triangle of the Hessian, row-major, at the β of the last loss. */
export function derivatives({ rows, penalties, residuals, curvatures }: Problem, beta: Float64Array) {
  const { vector: gradient, triangle: hessian } = rows.sums(residuals, curvatures)
  for (const [i, penalty] of penalties.entries()) {
    gradient[i + 1] -= penalty * beta[i + 1]
    hessian[(i + 1) * beta.length + i + 1] += penalty
  }
  return { gradient, hessian }
}
