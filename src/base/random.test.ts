import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from './random.ts'

const draws = (seed: number, count: number) => {
  const next = random(seed)
  return Array.from({ length: count }, () => next())
}

test('a seed gives the same numbers on every machine', () => {
  // The 32 bits that mulberry32 gives for seed 1, worked out apart from this code with integers of Python.
  assert.deepEqual(
    draws(1, 4).map(x => x * 2 ** 32),
    [2693262067, 11749833, 2265367787, 4213581821],
  )
})

test('seeds differ from the first number on, and only by their 32 bits', () => {
  assert.equal(new Set(Array.from({ length: 1000 }, (_, seed) => draws(seed, 1)[0])).size, 1000)
  assert.deepEqual(draws(2 ** 32 + 7, 3), draws(7, 3))
})

test('numbers are uniform in [0, 1)', () => {
  const count = 20_000
  const bins = new Uint32Array(10)
  for (const x of draws(42, count)) {
    assert.ok(x >= 0 && x < 1)
    bins[Math.floor(x * 10)]++
  }
  // Chi-square with 9 degrees of freedom is above 27.9 once in a thousand seeds; this seed is fixed.
  const chiSquare = bins.reduce((sum, seen) => sum + (seen - count / 10) ** 2 / (count / 10), 0)
  assert.ok(chiSquare < 27.9, `chi-square ${chiSquare}`)
})
