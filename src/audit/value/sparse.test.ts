/** Sparse values against dense ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { dense, less, sparseOf, totalWithin } from './sparse.ts'
import { totalOf } from './index.ts'

const value = fc.constantFrom(0, 0, 0, 1, -1, 2.5, NaN, Infinity)
const rows = (more: fc.Arbitrary<number> = value) => fc.array(fc.tuple(value, more), { minLength: 1, maxLength: 30 })
const columns = (of: readonly (readonly [number, number])[]) => [0, 1].map(i => Float64Array.from(of, row => row[i]))

test('sparse values and their sums equal the dense ones', () => {
  fc.assert(
    fc.property(rows(), of => {
      const [values, before] = columns(of)
      const unknown = Uint8Array.from(before, one => Number(Number.isNaN(one)))
      const found = sparseOf(values, unknown)
      const { sum, n } = totalOf(values)
      assert.deepEqual([dense(found), found.sum, found.rows], [values, sum, n])
      assert.equal(found.squares, totalOf(values.map(one => one * one)).sum)
      assert.ok([...found.by].every(one => one !== 0))
      // The same array where it has the same content, and never modified.
      assert.equal(
        found.unknown === unknown,
        values.every((one, row) => Number.isNaN(one) === (unknown[row] === 1)),
      )
      assert.deepEqual(
        unknown,
        Uint8Array.from(before, one => Number(Number.isNaN(one))),
      )
    }),
  )
})

test('a difference equals the dense difference, whether or not the same rows are known', () => {
  fc.assert(
    fc.property(rows(), fc.boolean(), (of, isAlike) => {
      const [one, other] = columns(of.map(([a, b]) => (isAlike && Number.isNaN(a + b) ? [NaN, NaN] : [a, b])))
      const [first, second] = [sparseOf(one), sparseOf(other)]
      const found = less(first, isAlike ? { ...second, unknown: first.unknown } : second)
      assert.deepEqual(found, sparseOf(one.map((value, row) => value - other[row])))
    }),
  )
})

test('the total of a range of rows equals the sum of its values', () => {
  fc.assert(
    fc.property(rows(), fc.nat(30), fc.nat(30), (of, one, other) => {
      const [values] = columns(of)
      const [from, to] = [one % (values.length + 1), other % (values.length + 1)].sort((a, b) => a - b)
      assert.deepEqual(totalWithin(sparseOf(values), { from, to }), totalOf(values.subarray(from, to)))
    }),
  )
})
