import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { designOf } from './design-matrix.ts'
import { derivatives, fitLogistic, lossAt, problemOf } from './logistic.ts'
import { trainingTable } from './input/training-table.ts'

const near = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not near ${expected}`)

/** Labels drawn from known coefficients, of columns in units that differ by 10^9. */
function planted(rows: number) {
  const next = random(7)
  const x = Float64Array.from({ length: rows }, () => next() * 4e6 - 2e6)
  const y = Float64Array.from({ length: rows }, () => (next() < 0.3 ? 0.001 : 0))
  const labels = Uint8Array.from({ length: rows }, (_, i) => Number(next() < 1 / (1 + Math.exp(-(-1 + 0.7e-6 * x[i] - 1500 * y[i])))))
  return { columns: { x, y }, labels }
}

test('without columns the intercept is the log odds of the base rate', () => {
  const fit = fitLogistic({ columns: {}, labels: [1, 0, 0, 0] })
  near(fit.coefficients.intercept, Math.log(1 / 3), 1e-9)
  assert.equal(fit.converged, true)
})

test('finds the coefficients that made the labels, whatever the units', () => {
  const { coefficients, converged, steps, constant } = fitLogistic(planted(100_000))
  near(coefficients.intercept, -1, 0.03)
  near(coefficients.weights.x.weight * 1e6, 0.7, 0.02)
  near(coefficients.weights.y.weight / 1000, -1.5, 0.04)
  assert.ok(converged && steps < 12, `${steps} steps`)
  assert.deepEqual(constant, [])
})

test('the same rows give the same coefficients, to the bit', () => {
  assert.deepStrictEqual(fitLogistic(planted(1000)), fitLogistic(planted(1000)))
})

test('rows that a threshold separates: finite with a ridge, and said not to converge without', () => {
  const rows = { columns: { x: Float64Array.of(-2, -1, 1, 2) }, labels: [0, 0, 1, 1] }
  const fit = fitLogistic(rows)
  assert.ok(fit.converged && fit.coefficients.weights.x.weight > 0 && fit.coefficients.weights.x.weight < 10)
  const free = fitLogistic(rows, { ridge: 0 })
  assert.equal(free.converged, false)
  assert.ok(Number.isFinite(free.coefficients.weights.x.weight) && free.coefficients.weights.x.weight > 10)
})

test('a step that would overshoot is halved', () => {
  // At the base rate of 0.0015 the curvature is so small that Newton's first step goes to z = 330 for x = 1, where the best is 0.
  const x = Float64Array.from({ length: 2002 }, (_, i) => Number(i >= 2000))
  const labels = Array.from(x, (_, i) => Number(i < 2 || i === 2000))
  const { coefficients, converged } = fitLogistic({ columns: { x }, labels }, { ridge: 1e-6 })
  assert.ok(converged)
  near(coefficients.intercept, Math.log(2 / 1998), 1e-3)
  near(coefficients.intercept + coefficients.weights.x.weight, 0, 1e-3)
})

test('the gradient and the Hessian are those of the loss', () => {
  const table = trainingTable({ ...planted(50), weights: Float64Array.from({ length: 50 }, (_, i) => i % 3) })
  const design = designOf(table, undefined)
  const problem = problemOf(table, design, { ridge: 0.5, standardise: true })
  const at = (beta: Float64Array) => {
    lossAt(problem, beta)
    return derivatives(problem, beta)
  }
  const beta = Float64Array.of(0.3, -0.8, 1.1)
  const { gradient, hessian } = at(beta)
  const moved = (i: number, by: number) => beta.map((value, j) => (i === j ? value + by : value))
  for (let i = 0; i < 3; i++) {
    near(gradient[i], -(lossAt(problem, moved(i, 1e-5)) - lossAt(problem, moved(i, -1e-5))) / 2e-5, 1e-6)
    const [above, below] = [1e-5, -1e-5].map(by => at(moved(i, by)).gradient)
    for (let j = 0; j <= i; j++) near(hessian[i * 3 + j], -(above[j] - below[j]) / 2e-5, 1e-5)
  }
})

test('a ridge is on standardised weights, or on the weights as they are', () => {
  const rows = planted(200)
  const scaled = { ...rows, columns: { ...rows.columns, x: rows.columns.x.map(x => x * 8) } }
  // 8 is a power of 2, so the standardised columns are the same to the bit.
  assert.equal(fitLogistic(scaled).coefficients.weights.x.weight * 8, fitLogistic(rows).coefficients.weights.x.weight)
  const [small, large] = [rows, scaled].map(one => fitLogistic(one, { standardise: false, ridge: 1e14 }).coefficients.weights.x.weight)
  assert.ok(Math.abs(large * 8) > 2 * Math.abs(small), 'a column in larger units has a smaller weight, on which a ridge weighs less')
})

test('a NULL counts as the mean, or as what is given', () => {
  const labels = [0, 0, 1, 1, 0, 1]
  const { weights } = fitLogistic({ columns: { x: Float64Array.of(1, 2, NaN, 3, NaN, 6) }, labels }).coefficients
  assert.equal(weights.x.ifNull, 3)
  const filled = fitLogistic({ columns: { x: Float64Array.of(1, 2, 0, 3, 0, 6) }, labels })
  const withIfNull = fitLogistic({ columns: { x: Float64Array.of(1, 2, NaN, 3, NaN, 6) }, labels }, { ifNull: 0 })
  assert.deepEqual(withIfNull.coefficients, { ...filled.coefficients, weights: { x: { ...filled.coefficients.weights.x, ifNull: 0 } } })
})

test('a weight counts a row as often, and a row of weight 0 not at all', () => {
  const x = Float64Array.of(1, 2, 4, 7)
  const weighted = fitLogistic({ columns: { x }, labels: [0, 1, 0, 1], weights: [2, 1, 1, 0] })
  const repeated = fitLogistic({ columns: { x: Float64Array.of(1, 1, 2, 4) }, labels: [0, 0, 1, 0] })
  near(weighted.coefficients.intercept, repeated.coefficients.intercept, 1e-9)
  near(weighted.coefficients.weights.x.weight, repeated.coefficients.weights.x.weight, 1e-9)
})

test('a column of one value has the weight 0 and is named', () => {
  const rows = { x: Float64Array.of(1, 2, 3, 0), same: new Float64Array(4).fill(0.1), none: new Float64Array(4).fill(NaN) }
  const { coefficients, constant } = fitLogistic({ columns: rows, labels: [0, 1, 1, 0] }, { ridge: 0.1 })
  assert.deepEqual(constant, ['same', 'none'])
  assert.deepEqual(coefficients.weights.same, { weight: 0, ifNull: 0.1 })
  assert.deepEqual(coefficients.weights.none, { weight: 0, ifNull: 0 })
})

test('columns that say the same share a weight under a ridge; without one they are an error that names the second', () => {
  const x = Float64Array.of(1, 2, 3, 0, 5)
  const rows = { columns: { x, y: x.map(value => 2 * value) }, labels: [0, 1, 0, 0, 1] }
  const { x: one, y: other } = fitLogistic(rows).coefficients.weights
  near(one.weight, 2 * other.weight, 1e-9)
  assert.throws(() => fitLogistic(rows, { ridge: 0 }), { code: 'SPILL_TRAINING', message: /column 'y' follows from those before it/ })
})
