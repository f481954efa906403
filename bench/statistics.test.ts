import assert from 'node:assert/strict'
import test from 'node:test'
import { latencyOf, percentile, slope } from './statistics.ts'

test('a percentile is one of the values, counted from the least', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
  assert.deepEqual(
    [0, 0.01, 0.5, 0.985, 0.99, 1].map(part => percentile(hundred, part)),
    [1, 1, 50, 99, 99, 100],
  )
  assert.equal(percentile([7], 0.99), 7)
  assert.ok(Number.isNaN(percentile([], 0.5)))
  assert.deepEqual(latencyOf(hundred), { p50: 50, p99: 99, p999: 100, max: 100 })
})

test('a slope is that of the least-squares line', () => {
  const line = Array.from({ length: 10 }, (_, x) => ({ x: x + 1e6, y: 3 * x - 7 }))
  assert.ok(Math.abs(slope(line) - 3) < 1e-9)
  // By hand: means 1.5 and 3; sum of (x - 1.5)(y - 3) = 7, of (x - 1.5)² = 5.
  const points = [1, 3, 2, 6].map((y, x) => ({ x, y }))
  assert.ok(Math.abs(slope(points) - 1.4) < 1e-12)
  assert.equal(slope([1, 1, 1].map((y, x) => ({ x, y }))), 0)
  assert.ok(Number.isNaN(slope([{ x: 1, y: 1 }])))
})
