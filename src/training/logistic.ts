/**
 * Logistic regression by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani and Friedman 2009, §4.4.1), with a ridge that
 * keeps data finite which a threshold separates.
 *
 * Deterministic: it starts from the base rate, or from coefficients that do better, and sums go in the order of rows. A step that would make the loss larger is halved. Costs
 * rows · columns² / 2 multiplications for each of some 8 steps, from coefficients that are near some 4, columns that are mostly 0 but as often as they are not.
 */
import { limits } from '../base/limits.ts'
import { solve } from './cholesky.ts'
import { betaOf, designOf, type Design, type StartingCoefficients } from './design.ts'
import { DesignRows } from './mostly-zero.ts'
import { fitted, penaltiesOf, regressionOptions, sayTheSame, type RegressionFit, type RegressionOptions } from './regression.ts'
import { checkClasses, meanLabel, tableOf, totalWeight, type TrainingRows, type TrainingTable } from './table/table.ts'

export interface LogisticFit<Names extends string = string> extends RegressionFit<Names> {
  readonly kind: 'logistic'
  /** False where the loss has no minimum (rows that a threshold separates, without a ridge): the coefficients are those of the last step. */
  readonly converged: boolean
  readonly steps: number
}

/** Steps that move no weight, of a standardised column, by more than this are the end. */
const CHANGE_MIN = 1e-10
const HALVINGS_MAX = 30

/**
 * Minimises Σ w·(log(1 + e^z) − y·z) + ridge. Throws `SPILL_TRAINING` for rows that nothing can be fitted on: labels of one kind, or other than 0 and
 * 1, a weight that is none, columns that say the same without a ridge.
 */
export function fitLogistic<Names extends string>(rows: TrainingRows<Names>, options: RegressionOptions = {}): LogisticFit<Names> {
  return fitLogisticFrom(undefined, rows, options)
}

/** The same minimum, sought from coefficients of rows that are like these. */
export function fitLogisticFrom<Names extends string>(
  from: StartingCoefficients | undefined,
  rows: TrainingRows<Names>,
  options: RegressionOptions = {},
): LogisticFit<Names> {
  const { ifNull, ...ridge } = regressionOptions('fitLogistic', options)
  const table = tableOf(rows)
  checkClasses(table)
  const design = designOf(table, ifNull)
  const problem = problemOf(table, design, ridge)
  let { beta, loss } = beginning(problem, design, from)
  let converged = false
  let steps = 0
  while (!converged && steps < limits.NEWTON_STEPS_MAX) {
    const { gradient, hessian } = derivatives(problem, beta)
    const change = solve(hessian, gradient)
    // Later, with probabilities of 0 and 1 alone, nothing has any curvature left.
    if (typeof change === 'number') {
      if (steps === 0) sayTheSame(design, change)
      break
    }
    const next = stepped(problem, { beta, loss }, change)
    if (!next) break
    converged = next.beta.every((value, i) => Math.abs(value - beta[i]) <= CHANGE_MIN * Math.max(1, Math.abs(value)))
    beta = next.beta
    loss = next.loss
    steps++
  }
  return { kind: 'logistic', ...fitted(design, beta), converged, steps }
}

interface Problem {
  readonly table: TrainingTable
  readonly rows: DesignRows
  readonly penalties: Float64Array
  /** By row, as of the β at which the loss was taken last: w · (y − p), and w · p · (1 − p). */
  readonly residuals: Float64Array
  readonly curvatures: Float64Array
}

interface Reached {
  readonly beta: Float64Array<ArrayBuffer>
  readonly loss: number
}

export function problemOf(table: TrainingTable, design: Design, ridge: Parameters<typeof penaltiesOf>[1]): Problem {
  const { length } = table
  const rows = new DesignRows(design, length)
  return { table, rows, penalties: penaltiesOf(design, ridge), residuals: new Float64Array(length), curvatures: new Float64Array(length) }
}

/** By the coefficients that are given, unless what is the same for all rows does as well. */
function beginning(problem: Problem, design: Design, from: StartingCoefficients | undefined): Reached {
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

/** A step, or so much of it that the loss does not grow beyond rounding; nothing if no part of it is any good. */
function stepped(problem: Problem, { beta, loss }: Reached, change: Float64Array): Reached | undefined {
  for (let halvings = 0, part = 1; halvings <= HALVINGS_MAX; halvings++, part /= 2) {
    const next = Float64Array.from(beta, (value, i) => value + part * change[i])
    const after = lossAt(problem, next)
    if (after <= loss + 1e-12 * Math.abs(loss)) return { beta: next, loss: after }
  }
  return undefined
}

/** What is minimised. Leaves what its derivatives there are made of, so that a row costs one exponential a step. */
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

/** The gradient of minus the loss, and the lower triangle of the loss's Hessian, row after row, at the β at which the loss was taken last. */
export function derivatives({ rows, penalties, residuals, curvatures }: Problem, beta: Float64Array) {
  const { vector: gradient, triangle: hessian } = rows.sums(residuals, curvatures)
  for (const [i, penalty] of penalties.entries()) {
    gradient[i + 1] -= penalty * beta[i + 1]
    hessian[(i + 1) * beta.length + i + 1] += penalty
  }
  return { gradient, hessian }
}
