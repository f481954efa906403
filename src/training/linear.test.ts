import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { fitLinear } from './linear.ts'

const near = (value: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not near ${expected}`)

test('finds a plane that the labels are on, far from 0 and in any units', () => {
  const next = random(3)
  const x = Float64Array.from({ length: 50 }, () => 1e9 + next())
  const y = Float64Array.from({ length: 50 }, () => 1e-9 * next())
  const labels = Float64Array.from(x, (value, i) => 5 + 2 * (value - 1e9) - 3e9 * y[i])
  const { coefficients, constant } = fitLinear({ columns: { x, y }, labels }, { ridge: 0 })
  near(coefficients.weights.x.weight, 2, 1e-6)
  near(coefficients.weights.y.weight / 1e9, -3, 1e-6)
  near(coefficients.intercept + coefficients.weights.x.weight * 1e9, 5, 1e-5)
  assert.deepEqual(constant, [])
})

test('a ridge shrinks as the formula says', () => {
  // One centred column: Σxy / (Σx² + ridge).
  const { coefficients } = fitLinear({ columns: { x: Float64Array.of(-1, 0, 1) }, labels: [9, 11, 13] }, { ridge: 2, standardise: false })
  near(coefficients.weights.x.weight, 4 / (2 + 2))
  near(coefficients.intercept, 11)
})

test('weights count rows as often as they say', () => {
  const weighted = fitLinear({ columns: { x: Float64Array.of(0, 1, 3) }, labels: [1, 0, 5], weights: [3, 1, 2] })
  const repeated = fitLinear({ columns: { x: Float64Array.of(0, 0, 0, 1, 3, 3) }, labels: [1, 1, 1, 0, 5, 5] })
  near(weighted.coefficients.weights.x.weight, repeated.coefficients.weights.x.weight)
  near(weighted.coefficients.intercept, repeated.coefficients.intercept)
})

test('labels that are all the same are fitted by the intercept', () => {
  const { coefficients } = fitLinear({ columns: { x: Float64Array.of(1, 2, 3) }, labels: [4, 4, 4] })
  assert.deepEqual(coefficients, { intercept: 4, weights: { x: { weight: 0, ifNull: 2 } } })
})

test('columns that say the same, without a ridge, are an error', () => {
  const x = Float64Array.of(1, 2, 3)
  assert.throws(() => fitLinear({ columns: { x, y: x }, labels: [1, 2, 3] }, { ridge: 0 }), {
    code: 'SPILL_TRAINING',
    message: /column 'y'/,
  })
})
