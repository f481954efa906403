import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { exactProductSum, exactSum, liftMoments, modulo54, momentLayout, roundedSumError, roundedSums } from './moments.ts'

const large = (magnitude: number) =>
  fc.oneof(fc.constantFrom(0, 1, -1, magnitude, -magnitude, magnitude - 1, 1 - magnitude), fc.integer({ min: -magnitude, max: magnitude }))
const modulus = 2n ** 54n

test('a sum modulo 2^54 is exact and within ±2^53', () => {
  fc.assert(
    fc.property(large(2 ** 53), large(2 ** 53), (a, b) => {
      const sum = modulo54(a, b)
      assert.equal((BigInt(sum) - BigInt(a) - BigInt(b)) % modulus, 0n)
      assert.ok(Math.abs(sum) <= 2 ** 53)
    }),
    { numRuns: 2000 },
  )
})

test('limbs add up to the exact integers, up to the largest values and times', () => {
  const rows = fc.array(fc.record({ time: large(2 ** 43), value: large(2 ** 40) }), { maxLength: 50 })
  fc.assert(
    fc.property(rows, events => {
      const layout = momentLayout(new Set(['x', 'xx', 'trend']), 2 ** 40)
      const total = new Float64Array(layout.width)
      const vector = new Float64Array(layout.width)
      for (const { time, value } of events) {
        liftMoments(layout, time, value, vector, 0)
        for (let f = 0; f < layout.width; f++) total[f] += vector[f]
      }
      const products = [layout.xx, layout.tauTau, layout.tauX].flatMap(first => [first, first + 1, first + 2])
      for (const limb of products) assert.ok(Math.abs(total[limb]) < events.length * 2 ** 30 || events.length === 0, `limb ${limb}`)
      const partial = Array.from(total, x => Float64Array.of(x))
      const sumOf = (term: (time: bigint, value: bigint) => bigint) =>
        events.reduce((sum, { time, value }) => sum + term(BigInt(time), BigInt(value)), 0n)
      assert.equal(
        exactSum(partial, layout.x, layout.xLimbs, 0),
        sumOf((_, x) => x),
      )
      assert.equal(
        exactProductSum(partial, layout.xx, layout.xxLimbs, 0),
        sumOf((_, x) => x * x),
      )
      assert.equal(
        exactSum(partial, layout.tau, 2, 0),
        sumOf(t => t),
      )
      assert.equal(
        exactProductSum(partial, layout.tauTau, 3, 0),
        sumOf(t => t * t),
      )
      assert.equal(
        exactProductSum(partial, layout.tauX, 3, 0),
        sumOf((t, x) => t * x),
      )
    }),
  )
})

test('a sum of the largest integers is rounded once, and its rounding error is exact', () => {
  fc.assert(
    fc.property(fc.array(large(Number.MAX_SAFE_INTEGER), { maxLength: 50 }), values => {
      const layout = momentLayout(new Set(['x']), Number.MAX_SAFE_INTEGER)
      const total = new Float64Array(layout.width)
      const vector = new Float64Array(layout.width)
      for (const value of values) {
        liftMoments(layout, 0, value, vector, 0)
        for (let f = 0; f < layout.width; f++) total[f] += vector[f]
      }
      const partial = Array.from(total, x => Float64Array.of(x))
      const exact = values.reduce((sum, value) => sum + BigInt(value), 0n)
      const [rounded] = roundedSums(layout, partial, 1)
      assert.equal(rounded, Number(exact))
      assert.equal(BigInt(rounded) + BigInt(roundedSumError(layout, partial, 0)), exact)
    }),
  )
})

test('a sum in one limb is that limb, whatever follows it', () => {
  const partial = [2, 7, 9, 5, 3].map(x => Float64Array.of(0, x))
  assert.equal(exactSum(partial, 1, 1, 1), 7n)
  assert.equal(exactSum(partial, 1, 2, 1), 7n + 9n * 2n ** 26n)
  assert.equal(exactProductSum(partial, 2, 1, 1), 9n)
  assert.equal(exactProductSum(partial, 2, 3, 1), 9n + 5n * 2n ** 30n + 3n * 2n ** 60n)
})

test('a layout has the requested terms in order, in as few limbs as the bound allows', () => {
  const without = { xx: -1, tau: -1, tauTau: -1, tauX: -1, outside: -1, buckets: -1, bounds: [] }
  assert.deepEqual(momentLayout(new Set(), 5), { ...without, width: 1, x: -1, xLimbs: 1, xxLimbs: 1 })
  assert.deepEqual(momentLayout(new Set(['x']), 5), { ...without, width: 2, x: 1, xLimbs: 1, xxLimbs: 1 })
  const all = momentLayout(new Set(['x', 'xx', 'trend']), 2 ** 41)
  assert.deepEqual(all, {
    width: 15,
    x: 1,
    xLimbs: 2,
    xx: 3,
    xxLimbs: 3,
    tau: 6,
    tauTau: 8,
    tauX: 11,
    outside: 14,
    buckets: -1,
    bounds: [],
  })
  const bounds = [-1, 5]
  const counted = momentLayout(new Set(), 2 ** 41, bounds)
  assert.deepEqual(counted, { ...without, width: 3, x: -1, xLimbs: 2, xxLimbs: 3, buckets: 1, bounds })
})

test('an event is in the bucket that ends at its value or next above it, whatever the one before it was in', () => {
  const layout = momentLayout(new Set(), 0, [-1.5, 0, 7])
  const vector = new Float64Array(layout.width)
  const bucketOf = (value: number) => {
    liftMoments(layout, 0, value, vector, 0)
    return [...vector]
  }
  const expected: [number, number[]][] = [
    [-1e308, [1, 1, 0, 0]],
    [-1.5, [1, 1, 0, 0]],
    [-1.4, [1, 0, 1, 0]],
    [0, [1, 0, 1, 0]],
    [5e-324, [1, 0, 0, 1]],
    [7, [1, 0, 0, 1]],
    [7.5, [1, 0, 0, 0]],
  ]
  for (const [value, vectorOf] of expected) assert.deepEqual(bucketOf(value), vectorOf, String(value))
})
