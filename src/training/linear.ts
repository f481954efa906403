/**
 * Linear ridge regression by the normal equations (Hastie, Tibshirani and Friedman 2009, §3.4.1). Costs rows · columns² / 2
 * multiplications.
 */
import type { RegressionOptions } from '../define/model/index.ts'
import { solveCholesky } from './cholesky.ts'
import { addOuter, regressionFit, penaltiesOf, regressionOptions, throwCollinear, type RegressionFit } from './regression-parts.ts'
import { designOf, matrixOf } from './design-matrix.ts'
import { meanLabel, trainingTable, type TrainingRows } from './input/training-table.ts'

/** A fitted linear model. */
export interface LinearFit<Names extends string = string> extends RegressionFit<Names> {
  readonly kind: 'linear'
}

/**
 * Fits a linear model: minimises Σ w·(y − z)² / 2 + ridge · Σ weight² / 2. Labels are any finite numbers, one per row.
 *
 * Source: Hastie, Tibshirani and Friedman 2009, §3.4.1.
 * @throws `SPILL_TRAINING` for rows that cannot be fitted, `SPILL_LIMIT` for too many.
 * @example
 *   fitLinear({ columns: { x: Float64Array.of(0, 1, 2) }, labels: [1, 3, 5] }).coefficients
 */
export function fitLinear<Names extends string>(rows: TrainingRows<Names>, options: RegressionOptions = {}): LinearFit<Names> {
  const { ifNull, ...ridge } = regressionOptions('fitLinear', options)
  const table = trainingTable(rows)
  const design = designOf(table, ifNull)
  const { width } = design
  const matrix = matrixOf(design, table.length)
  const size = width + 1
  const equations = new Float64Array(size * size)
  const right = new Float64Array(size)
  // Labels are centred, and the intercept adds their mean: labels far from 0 lose no digits.
  const mean = meanLabel(table)
  for (let row = 0; row < table.length; row++) {
    const weight = table.weights?.[row] ?? 1
    const y = weight * (table.labels[row] - mean)
    right[0] += y
    for (let i = 0; i < width; i++) right[i + 1] += y * matrix[row * width + i]
    addOuter(equations, { matrix, width }, row, weight)
  }
  for (const [i, penalty] of penaltiesOf(design, ridge).entries()) equations[(i + 1) * size + i + 1] += penalty
  const solution = solveCholesky(equations, right)
  if ('dependentColumn' in solution) return throwCollinear(design, solution.dependentColumn)
  const beta = solution.x
  beta[0] += mean
  return { kind: 'linear', ...regressionFit(design, beta) }
}
