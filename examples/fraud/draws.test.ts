import assert from 'node:assert/strict'
import test from 'node:test'
import { chance } from '../chance.ts'
import { exponential, poisson, rounded, someOf, wholeBetween } from './draws.ts'

const DRAWS = 20_000
const drawn = (draw: (random: () => number) => number): number[] => {
  const random = chance(5)
  return Array.from({ length: DRAWS }, () => draw(random))
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map(value => value ** 2)) - mean(values) ** 2
const near = (value: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value}, not ${expected} ± ${tolerance}`)

test('a Poisson number has one mean and variance, an exponential one a standard deviation as large as its mean', () => {
  for (const rate of [0.3, 3.5]) {
    const counts = drawn(random => poisson(rate, random))
    assert.ok(counts.every(Number.isInteger))
    near(mean(counts), rate, 0.02 * rate + 0.01)
    near(counts.filter(count => count === 0).length / DRAWS, Math.exp(-rate), 0.01)
  }
  const counts = drawn(random => poisson(3.5, random))
  near(variance(counts) / mean(counts), 1, 0.05)
  assert.deepEqual(new Set(drawn(random => poisson(0, random))), new Set([0]))
  const gaps = drawn(random => exponential(20, random))
  assert.ok(Math.min(...gaps) >= 0)
  near(mean(gaps), 20, 0.5)
  near(variance(gaps) / 400, 1, 0.1)
})

test('whole numbers: both ends, and a share of a whole one in the mean', () => {
  assert.deepEqual(new Set(drawn(random => wholeBetween(6, 9, random))), new Set([6, 7, 8, 9]))
  const shares = drawn(random => rounded(2.3, random))
  assert.deepEqual(new Set(shares), new Set([2, 3]))
  near(mean(shares), 2.3, 0.02)
  assert.deepEqual(new Set(drawn(random => rounded(3, random))), new Set([3]))
})

test('some of many are different ones, each as often as another', () => {
  const random = chance(6)
  const times = [0, 0, 0, 0, 0]
  for (let i = 0; i < 5000; i++) {
    const some = someOf(5, 2, random)
    assert.equal(new Set(some).size, 2)
    for (const one of some) times[one]++
  }
  for (const count of times) near(count, 2000, 150)
  assert.deepEqual(new Set(someOf(3, 7, random)), new Set([0, 1, 2]))
  assert.deepEqual(someOf(3, 0, random), [])
  assert.deepEqual(someOf(0, 2, random), [])
})
