/** Sparse values against dense ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { denseValues, subtractSparse, sparseOf, sumWithin } from './sparse.ts'
import { sumOfKnown } from './index.ts'

const value = fc.constantFrom(0, 0, 0, 1, -1, 2.5, NaN, Infinity)
const rows = (more: fc.Arbitrary<number> = value) => fc.array(fc.tuple(value, more), { minLength: 1, maxLength: 30 })
const columns = (of: readonly (readonly [number, number])[]) => [0, 1].map(i => Float64Array.from(of, row => row[i]))

test('sparse values and their sums equal the dense ones', () => {
  fc.assert(
    fc.property(rows(), of => {
      const [values, before] = columns(of)
      const unknown = Uint8Array.from(before, item => Number(Number.isNaN(item)))
      const result = sparseOf(values, unknown)
      const { sum, n } = sumOfKnown(values)
      assert.deepEqual([denseValues(result), result.sum, result.rows], [values, sum, n])
      assert.equal(result.squares, sumOfKnown(values.map(item => item * item)).sum)
      assert.ok([...result.by].every(item => item !== 0))
      // The same array where it has the same content, and never modified.
      assert.equal(
        result.unknown === unknown,
        values.every((item, row) => Number.isNaN(item) === (unknown[row] === 1)),
      )
      assert.deepEqual(
        unknown,
        Uint8Array.from(before, item => Number(Number.isNaN(item))),
      )
    }),
  )
})

test('a difference equals the dense difference, whether or not the same rows are known', () => {
  fc.assert(
    fc.property(rows(), fc.boolean(), (of, isAlike) => {
      const [item, other] = columns(of.map(([a, b]) => (isAlike && Number.isNaN(a + b) ? [NaN, NaN] : [a, b])))
      const [first, second] = [sparseOf(item), sparseOf(other)]
      const result = subtractSparse(first, isAlike ? { ...second, unknown: first.unknown } : second)
      assert.deepEqual(result, sparseOf(item.map((value, row) => value - other[row])))
    }),
  )
})

test('the total of a range of rows equals the sum of its values', () => {
  fc.assert(
    fc.property(rows(), fc.nat(30), fc.nat(30), (of, item, other) => {
      const [values] = columns(of)
      const [from, to] = [item % (values.length + 1), other % (values.length + 1)].sort((a, b) => a - b)
      assert.deepEqual(sumWithin(sparseOf(values), { from, to }), sumOfKnown(values.subarray(from, to)))
    }),
  )
})
