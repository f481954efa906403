import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../src/base/random.ts'
import type { AggregateName } from '../../src/define/ir/ir.ts'
import { agg, col, ev, group, history, wide } from './case.ts'
import { type OracleValue, value } from './oracle.ts'

const of = (xs: readonly number[], name: AggregateName): OracleValue => {
  const log = history(...xs.map((x, i) => ev(i * 1000, { x })))
  const { features, ...rest } = group({ it: agg(name, 'lifetime', col('x'), { per: 1000 }) })
  return value({ features, ...rest }, features[0], wide, ['a'], log, xs.length * 1000)
}

/** Textbook formulas in doubles, in two passes. */
function plain(xs: readonly number[]): Record<string, number> {
  const total = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0)
  const n = xs.length
  const mean = total(xs) / n
  const variance = total(xs.map(x => (x - mean) ** 2)) / (n - 1)
  const middle = (n - 1) / 2
  const slope = total(xs.map((x, i) => (i - middle) * (x - mean))) / total(xs.map((_, i) => (i - middle) ** 2))
  return {
    sum: total(xs),
    mean,
    variance,
    stddev: Math.sqrt(variance),
    slope,
    change: xs.at(-1)! - xs[0],
    rate: (xs.at(-1)! - xs[0]) / (n - 1),
  }
}

test('over doubles the oracle agrees with textbook formulas within its tolerance, at any magnitude', () => {
  const next = random(7)
  for (const magnitude of [-140, -20, 0, 6, 140])
    for (let round = 0; round < 40; round++) {
      const xs = Array.from({ length: 2 + Math.floor(next() * 30) }, () => (next() - 0.3) * 10 ** (magnitude + 3 * next()))
      for (const [name, expected] of Object.entries(plain(xs))) {
        const got = of(xs, name as AggregateName)
        assert.ok(
          Math.abs(Number(got.delivered) - expected) <= got.tolerance,
          `${name} of ${xs.join()}: ${String(got.delivered)}, not ${expected}`,
        )
        assert.ok(got.tolerance <= 2 ** -20 * 10 ** (magnitude + 5) * Math.max(1, 10 ** (magnitude + 5)), 'the tolerance means something')
      }
    }
})

test('sums over doubles are rounded once, whatever cancels', () => {
  assert.equal(of([1e100, 1, -1e100], 'sum').delivered, 1)
  assert.equal(of([0.1, 0.2, 0.3], 'sum').delivered, 0.6)
  assert.equal(of([1e300, 1e-300], 'sum').delivered, 1e300)
  assert.equal(of([2 ** -1074, 2 ** -1074], 'sum').tolerance, 2 ** -960)
})

test('past the largest double the answer is NULL, and its tolerance lets any answer agree', () => {
  const huge = of([1.7e308, 1.7e308], 'sum')
  assert.deepEqual([huge.delivered, huge.tolerance], [null, Infinity])
  const cancelled = of([1.7e308, 1.7e308, -1.7e308], 'sum')
  assert.deepEqual([cancelled.delivered, cancelled.tolerance], [1.7e308, Infinity])
  assert.deepEqual(of([1e200, -1e200], 'variance'), { delivered: null, tolerance: Infinity })
})

test('stddev of equal doubles is 0, and what an engine finds instead is a root of its error', () => {
  const got = of([0.1, 0.1, 0.1], 'stddev')
  assert.equal(got.delivered, 0)
  assert.ok(got.tolerance > 1e-8 && got.tolerance < 2e-6)
})

test('the tolerance is 2^−40 of the sum of the absolute values of the terms', () => {
  // At 0, 1 and 2 s, read at 3 s. Slope: (3·(9000 + 2000 + 5000) + 6000·9)·1000 / (3·14000000 − 6000²) = 17.
  const terms = { sum: 9, mean: 3, change: 8, rate: 4, variance: 35 / 2, slope: 17 }
  for (const [name, expected] of Object.entries(terms))
    assert.equal(of([3, 1, -5], name as AggregateName).tolerance, expected * 2 ** -40, name)
})
