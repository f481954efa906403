import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nthLargest } from './top-scores.ts'

const values = fc.array(
  fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(NaN, 0, -0, 0.5, 5e-324, 1e308, -1e308)),
  {
    maxLength: 60,
  },
)

test('the n-th largest value equals that of a full sort, with ties and extremes', () => {
  fc.assert(
    fc.property(values, fc.nat(5), fc.nat(100), (list, before, pick) => {
      const all = Float64Array.from([...new Array<number>(before).fill(7), ...list.filter(value => Math.abs(value) !== Infinity)])
      const rows = { from: before, to: all.length }
      const sorted = all
        .subarray(before)
        .filter(value => !Number.isNaN(value))
        .sort()
        .reverse()
      if (sorted.length === 0) return
      const place = pick % sorted.length
      // 0 and −0 are one value.
      assert.equal(nthLargest(all, rows, place) + 0, sorted[place] + 0)
    }),
    { numRuns: 2000 },
  )
})

test('the n-th largest value of many close values', () => {
  const all = Float64Array.from({ length: 30_000 }, (_, i) => ((i * 7919) % 30_000) / 1e9)
  all[5] = 1e12
  const sorted = all.toSorted().reverse()
  for (const place of [0, 1, 2, 15_000, 29_999]) assert.equal(nthLargest(all, { from: 0, to: all.length }, place), sorted[place])
})
