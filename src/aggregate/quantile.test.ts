import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { quantileBucket } from './quantile.ts'

const normal = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(x => Math.abs(x) >= 2 ** -1022)
const any = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
  fc.integer({ min: -600, max: 600 }),
)

test('a number of 8 digits is unchanged, including every whole number up to 256', () => {
  for (let n = -256; n <= 256; n++) assert.equal(quantileBucket(n), n)
  for (const power of [-1022, -500, -1, 10, 52, 1016])
    for (let digits = 128; digits < 256; digits++) assert.equal(quantileBucket(digits * 2 ** (power - 7)), digits * 2 ** (power - 7))
  assert.equal(quantileBucket(-0), 0)
})

test('halves are rounded away from zero, into the next power of two too', () => {
  const rounded = [257, 258, 259, 261, 511, 511.99, 513, 513.99, 514, 1.00390625, 1.0039].map(quantileBucket)
  assert.deepEqual(rounded, [258, 258, 260, 262, 512, 512, 512, 512, 516, 1.0078125, 1])
  assert.deepEqual([-257, -511, -514].map(quantileBucket), [-258, -512, -516])
})

test('a rounded value is within 2^−8 of the value, has 8 digits, and keeps order and sign', () => {
  fc.assert(fc.property(normal, x => assert.ok(Math.abs(quantileBucket(x) - x) <= Math.abs(x) * 2 ** -8)))
  fc.assert(
    fc.property(any, any, (a, b) => {
      const [low, high] = [quantileBucket(Math.min(a, b)), quantileBucket(Math.max(a, b))]
      assert.ok(low <= high && Number.isFinite(high))
      assert.equal(quantileBucket(low), low)
      assert.equal(quantileBucket(-a), 0 - quantileBucket(a))
      assert.ok(!Object.is(quantileBucket(a), -0))
    }),
    { numRuns: 2000 },
  )
})

test('the largest doubles do not become infinite, and the least are rounded in steps of 2^−1029', () => {
  const largest = 2 ** 1016 * 255
  assert.deepEqual([Number.MAX_VALUE, -Number.MAX_VALUE, largest].map(quantileBucket), [largest, -largest, largest])
  const small = [2 ** -1022, 2 ** -1029, 2 ** -1030, 2 ** -1031, 3 * 2 ** -1030, -(2 ** -1031), 5e-324]
  assert.deepEqual(small.map(quantileBucket), [2 ** -1022, 2 ** -1029, 2 ** -1029, 0, 2 ** -1028, 0, 0])
})
