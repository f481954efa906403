import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoredRange, maskUndecided } from './scored-range.ts'

const block = (from: number, to: number) => ({ from, to })
const blocks = { train: block(0, 38), tune: block(40, 48), select: block(50, 73), report: block(75, 90), test: block(50, 90) }
const cases = { t: Float64Array.from({ length: 100 }, (_, row) => row * 10), length: 100, blocks }

test('the scored range has the tuning block, the judged blocks and their look-back', () => {
  assert.deepEqual(scoredRange(cases, 0), block(40, 90))
  assert.deepEqual(scoredRange(cases, 100), block(40, 90))
  assert.deepEqual(scoredRange(cases, 201), block(30, 90))
  assert.deepEqual(scoredRange(cases, 1e9), block(0, 90))
  assert.deepEqual(scoredRange(cases, Infinity), block(0, 100))
})

test('omitted decisions have no score', () => {
  const score = Float64Array.of(1, 2, 3)
  assert.equal(maskUndecided(score, Float64Array.of(0, 0, 0), block(0, 3)), score)
  assert.deepEqual(maskUndecided(score, Float64Array.of(0, NaN, 0), block(0, 3)), Float64Array.of(1, NaN, 3))
  assert.deepEqual(score, Float64Array.of(1, 2, 3))
})
