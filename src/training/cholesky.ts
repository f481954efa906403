/** Systems of linear equations with a symmetric, positive definite matrix. */

/** Relative size below which a pivot is rounding error. */
const RELATIVE_PIVOT_MIN = 1e-13

type CholeskySolution = { readonly x: Float64Array } | { readonly dependentColumn: number }

/**
 * Solves `matrix · x = right` by Cholesky decomposition: size³ / 6 multiplications. `matrix` is symmetric and positive definite, row-major; its
 * lower triangle is read and overwritten. `dependentColumn` is the first column that depends linearly on those before it, within double
 * precision.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): CholeskySolution {
  const size = right.length
  for (let i = 0; i < size; i++) {
    const diagonal = matrix[i * size + i]
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k]
      if (i > j) matrix[i * size + j] = sum / matrix[j * size + j]
      else if (sum > RELATIVE_PIVOT_MIN * diagonal) matrix[i * size + i] = Math.sqrt(sum)
      else return { dependentColumn: i }
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
  return { x }
}
