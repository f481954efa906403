/**
 * Logistic regression by Newton's method (iteratively reweighted least squares), with a ridge that keeps separable data finite.
 *
 * Deterministic: no random start, sums in row order. Costs rows · features² for each of some 8 steps.
 */

/** `columns[feature][row]`; returns the intercept and one weight a column, which minimise the log loss plus `ridge · |weights|² / 2`. */
export function fitLogistic(columns: readonly Float64Array[], labels: Uint8Array, ridge = 1): LogisticModel {
  const size = columns.length + 1
  let beta = new Float64Array(size)
  for (let step = 0; step < 50; step++) {
    const { gradient, hessian } = derivatives(columns, labels, beta, ridge)
    const change = solve(hessian, gradient)
    beta = beta.map((value, i) => value + change[i])
    if (change.every(value => Math.abs(value) < 1e-10)) return { intercept: beta[0], weights: [...beta.subarray(1)] }
  }
  throw new Error('the regression did not converge in 50 steps')
}

export interface LogisticModel {
  readonly intercept: number
  readonly weights: readonly number[]
}

/** Probabilities, a row each. */
export function predict({ intercept, weights }: LogisticModel, columns: readonly Float64Array[]): Float64Array {
  const scores = new Float64Array(columns[0].length).fill(intercept)
  for (const [i, column] of columns.entries()) for (let row = 0; row < scores.length; row++) scores[row] += weights[i] * column[row]
  return scores.map(z => 1 / (1 + Math.exp(-z)))
}

function derivatives(columns: readonly Float64Array[], labels: Uint8Array, beta: Float64Array, ridge: number) {
  const size = beta.length
  const gradient = new Float64Array(size)
  const hessian = Array.from({ length: size }, () => new Float64Array(size))
  const x = new Float64Array(size)
  x[0] = 1
  for (let row = 0; row < labels.length; row++) {
    let z = beta[0]
    for (let i = 1; i < size; i++) z += beta[i] * (x[i] = columns[i - 1][row]!)
    const p = 1 / (1 + Math.exp(-z))
    const weight = p * (1 - p)
    for (let i = 0; i < size; i++) {
      if (x[i] === 0) continue
      gradient[i] += (labels[row] - p) * x[i]
      for (let j = 0; j <= i; j++) hessian[i][j] += weight * x[i] * x[j]
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) hessian[j][i] = hessian[i][j]!
    if (i === 0) continue
    gradient[i] -= ridge * beta[i]
    hessian[i][i] += ridge
  }
  return { gradient, hessian }
}

/** Solves a symmetric positive definite system by Cholesky's decomposition. Throws if it is not positive definite. */
export function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const lower = matrix.map(row => Float64Array.from(row))
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = lower[i][j]
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k]
      if (i === j && !(sum > 0)) throw new Error('the matrix is not positive definite: two columns say the same')
      lower[i][j] = i === j ? Math.sqrt(sum) : sum / lower[j][j]
    }
  const solution = Float64Array.from(right)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] -= lower[i][k] * solution[k]
    solution[i] /= lower[i][i]
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i] -= lower[k][i] * solution[k]
    solution[i] /= lower[i][i]
  }
  return solution
}
