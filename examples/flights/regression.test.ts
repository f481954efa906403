import assert from 'node:assert/strict'
import test from 'node:test'
import { chance } from '../chance.ts'
import { fitLogistic, predict, solve } from './regression.ts'

test('solves a system by hand', () => {
  const matrix = [Float64Array.of(4, 2), Float64Array.of(2, 3)]
  const solution = solve(matrix, Float64Array.of(2, 5))
  assert.ok(Math.abs(solution[0] + 0.5) < 1e-12 && Math.abs(solution[1] - 2) < 1e-12)
})

test('a singular system is an error', () => {
  assert.throws(() => solve([Float64Array.of(1, 1), Float64Array.of(1, 1)], Float64Array.of(1, 1)), /not positive definite/)
})

test('without features the intercept is the log odds of the base rate', () => {
  const { intercept } = fitLogistic([], Uint8Array.of(1, 0, 0, 0))
  assert.ok(Math.abs(intercept - Math.log(1 / 3)) < 1e-9)
})

test('finds the coefficients that made the labels', () => {
  const next = chance(7)
  const rows = 200_000
  const x = Float64Array.from({ length: rows }, () => next() * 4 - 2)
  const y = Float64Array.from({ length: rows }, () => Number(next() < 0.3))
  const labels = Uint8Array.from({ length: rows }, (_, i) => Number(next() < 1 / (1 + Math.exp(-(-1 + 0.7 * x[i] - 1.5 * y[i])))))
  const { intercept, weights } = fitLogistic([x, y], labels)
  const close = (value: number, truth: number) => assert.ok(Math.abs(value - truth) < 0.03, `${value} is not near ${truth}`)
  close(intercept, -1)
  close(weights[0], 0.7)
  close(weights[1], -1.5)
})

test('data that a threshold separates stays finite', () => {
  const { weights } = fitLogistic([Float64Array.of(-2, -1, 1, 2)], Uint8Array.of(0, 0, 1, 1))
  assert.ok(weights[0] > 0 && weights[0] < 10)
})

test('predicts by the logistic of the weighted sum', () => {
  const scores = predict({ intercept: 1, weights: [2, -1] }, [Float64Array.of(0, 1), Float64Array.of(1, 0)])
  assert.equal(scores[0], 0.5)
  assert.ok(Math.abs(scores[1] - 1 / (1 + Math.exp(-3))) < 1e-15)
})
