import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'node:test'
import { solveCholesky } from './cholesky.ts'

test('solves a system by hand', () => {
  const solution = solveCholesky(Float64Array.of(4, 0, 2, 3), Float64Array.of(2, 5))
  assert.ok('x' in solution && Math.abs(solution.x[0] + 0.5) < 1e-12 && Math.abs(solution.x[1] - 2) < 1e-12)
})

test('a column that follows from those before it is named', () => {
  assert.deepEqual(solveCholesky(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1)), { dependentColumn: 1 })
  assert.deepEqual(solveCholesky(Float64Array.of(0), Float64Array.of(1)), { dependentColumn: 0 })
  assert.deepEqual(solveCholesky(Float64Array.of(NaN), Float64Array.of(1)), { dependentColumn: 0 })
  // The remainder, 2 of 10^16, is rounding error.
  assert.deepEqual(solveCholesky(Float64Array.of(1, 0, 1e8, 1e16 + 2), Float64Array.of(1, 1)), { dependentColumn: 1 })
})

test('a solution reproduces the right side', () => {
  const number = fc.integer({ min: -10, max: 10 })
  const system = fc
    .integer({ min: 1, max: 5 })
    .chain(n =>
      fc.tuple(
        fc.array(fc.array(number, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }),
        fc.array(number, { minLength: n, maxLength: n }),
      ),
    )
  fc.assert(
    fc.property(system, ([root, right]) => {
      // A · Aᵀ + 1 is positive definite, whatever A is.
      const matrix = root.map((row, i) => root.map((other, j) => row.reduce((sum, x, k) => sum + x * other[k], Number(i === j))))
      const solution = solveCholesky(Float64Array.from(matrix.flat()), Float64Array.from(right))
      assert.ok('x' in solution)
      for (const [i, row] of matrix.entries()) {
        const product = row.reduce((sum, value, j) => sum + value * solution.x[j], 0)
        assert.ok(Math.abs(product - right[i]) < 1e-6, `${product} is not ${right[i]}`)
      }
    }),
  )
})
