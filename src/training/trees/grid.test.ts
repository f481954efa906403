import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { packHessians, PACKED_ROWS_MAX, roundToGrid } from './grid.ts'

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
const largestOf = (values: readonly number[]) => Math.max(...values.map(Math.abs))

test('sums of what is on the grid are exact in any order, and little is lost', () => {
  const numbers = fc.array(fc.double({ noNaN: true, min: -1e100, max: 1e100 }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(numbers, values => {
      const rounded = Float64Array.from(values)
      roundToGrid(rounded)
      for (const [i, value] of rounded.entries())
        assert.ok(Math.abs(value - values[i]) <= largestOf(values) * values.length * 2 ** -48, `${values[i]} → ${value}`)
      assert.equal(sum(rounded.toSorted()), sum(rounded))
      assert.equal(sum(rounded.toReversed()), sum(rounded))
      // A parent without one child is the other.
      const half = rounded.length >> 1
      assert.equal(sum(rounded) - sum(rounded.subarray(0, half)), sum(rounded.subarray(half)))
    }),
  )
})

test('numbers that are on it already stay, and zeros are no grid', () => {
  const numbers = Float64Array.of(0.5, -0.25, 3)
  roundToGrid(numbers)
  assert.deepEqual([...numbers], [0.5, -0.25, 3])
  const zeros = new Float64Array(2)
  roundToGrid(zeros)
  assert.deepEqual([...zeros], [0, 0])
})

test('a sum of packed Hessians says how many they are, and their sum', () => {
  const hessians = fc.array(fc.double({ noNaN: true, min: 0, max: 1e100 }), { maxLength: 50 })
  fc.assert(
    fc.property(hessians, values => {
      const packed = Float64Array.from(values)
      const unit = packHessians(packed)
      const total = sum(packed)
      assert.equal(Math.floor(total / unit), values.length)
      const rounded = packed.map(value => value - unit)
      for (const [i, value] of rounded.entries())
        assert.ok(Math.abs(value - values[i]) <= largestOf(values) * 2 ** -21, `${values[i]} → ${value}`)
      assert.equal(total - values.length * unit, sum(rounded))
    }),
  )
})

test('as many of the largest as a stretch has are counted', () => {
  for (const largest of [1, 0.25, 0.75, 3]) {
    const packed = new Float64Array(PACKED_ROWS_MAX).fill(largest)
    const unit = packHessians(packed)
    const total = sum(packed)
    assert.equal(Math.floor(total / unit), PACKED_ROWS_MAX)
    assert.equal(total - PACKED_ROWS_MAX * unit, PACKED_ROWS_MAX * largest)
  }
})
