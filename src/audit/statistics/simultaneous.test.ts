import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simultaneousTail } from './simultaneous.ts'

const drawing = { draws: 40_000, seed: 7 }
const column = (...values: number[]): Float64Array[] => [Float64Array.from(values)]
const within = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 0.002, `${actual} for ${expected}`)

test('independent levels have the tail 1 − 0.95^(1 / levels)', () => {
  const independent = [column(1, 0, 0, 0), column(0, -2, 0, 0), column(0, 0, 3, 0), column(0, 0, 0, 4)]
  within(simultaneousTail(independent, 0.05, drawing), 1 - 0.95 ** (1 / 4))
  within(simultaneousTail(independent.slice(0, 2), 0.05, drawing), 1 - 0.95 ** (1 / 2))
  within(simultaneousTail(independent.slice(0, 2), 0.2, drawing), 1 - 0.8 ** (1 / 2))
})

test('perfectly correlated levels count as one, whatever the sign', () => {
  within(simultaneousTail([column(1, 2, -3), column(10, 20, -30), column(-2, -4, 6)], 0.05, drawing), 0.05)
  assert.equal(simultaneousTail([column(1, 2, -3)], 0.05, drawing), 0.05)
  assert.equal(simultaneousTail([], 0.05, drawing), 0.05)
})

test('a level that is a linear combination of two others adds no dimension', () => {
  const actual = simultaneousTail([column(1, 0), column(0, 1), column(1, 1)], 0.05, drawing)
  // Between two independent levels and three.
  assert.ok(actual < 1 - 0.95 ** (1 / 2) && actual > 1 - 0.95 ** (1 / 3), String(actual))
})

test('cluster columns count together, and a seed determines the result', () => {
  const two = (a: number[], b: number[]): Float64Array[] => [Float64Array.from(a), Float64Array.from(b)]
  // Orthogonal over both columns together, not over either.
  within(simultaneousTail([two([1, 1], [1, 1]), two([1, 1], [-1, -1])], 0.05, drawing), 1 - 0.95 ** (1 / 2))
  const levels = [column(1, 2, -3), column(1, 1, 1), column(0, 2, 1)]
  assert.equal(simultaneousTail(levels, 0.05, { draws: 500, seed: 3 }), simultaneousTail(levels, 0.05, { draws: 500, seed: 3 }))
  assert.notEqual(simultaneousTail(levels, 0.05, { draws: 500, seed: 3 }), simultaneousTail(levels, 0.05, { draws: 500, seed: 4 }))
})
