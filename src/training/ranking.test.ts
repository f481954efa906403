import assert from 'node:assert/strict'
import test from 'node:test'
import { averagePrecision } from './metrics.ts'

const of = (...pairs: readonly (readonly [score: number, label: number])[]) =>
  averagePrecision(
    Float64Array.from(pairs, ([score]) => score),
    Uint8Array.from(pairs, ([, label]) => label),
  )

test('average precision: perfect, worst, by hand, and ties taken together in whatever order they stand', () => {
  assert.equal(of([0.9, 1], [0.8, 1], [0.1, 0]), 1)
  assert.equal(of([0.1, 1], [0.8, 0], [0.9, 0]), 1 / 3)
  assert.equal(of([0.1, 0], [0.9, 1], [0.5, 1], [0.7, 0]), (1 / 1 + 2 / 3) / 2)
  assert.equal(of([0.5, 1], [0.5, 0], [0.5, 0], [0.5, 1]), 0.5)
  assert.equal(of([0.5, 0], [0.5, 1], [0.9, 1], [0.1, 0]), (1 + 2 / 3) / 2)
  assert.ok(Number.isNaN(of([0.5, 0])))
})
