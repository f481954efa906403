import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isZero, sliceColumn, sliceNumbers } from './block.ts'

test('a range is a view of its rows, and the full range is the column itself', () => {
  const column = { values: Float64Array.of(1, 2, 3), nulls: Uint8Array.of(0, 1, 0) }
  assert.deepEqual(sliceColumn(column, 1, 3), { values: Float64Array.of(2, 3), nulls: Uint8Array.of(1, 0) })
  assert.deepEqual(sliceColumn(column, 0, 2), { values: Float64Array.of(1, 2), nulls: Uint8Array.of(0, 1) })
  assert.equal(sliceColumn(column, 0, 3), column)
  const numbers = Int32Array.of(4, 5)
  assert.deepEqual(sliceNumbers(numbers, 1, 2), Int32Array.of(5))
  assert.deepEqual(sliceNumbers(numbers, 0, 1), Int32Array.of(4))
  assert.equal(sliceNumbers(numbers, 0, 2), numbers)
  sliceNumbers(numbers, 1, 2)[0] = 6
  assert.deepEqual(numbers, Int32Array.of(4, 6))
})

test('a single mark is found at any position, in ranges of any start, end and length', () => {
  for (let from = 0; from < 9; from++)
    for (let to = from; to < 85; to++) {
      const all = new Uint8Array(88).fill(1)
      const part = all.subarray(from, to).fill(0)
      assert.equal(isZero(part), true, `[${from}, ${to}), between marks`)
      for (let i = 0; i < part.length; i++) {
        part[i] = 128
        assert.equal(isZero(part), false, `${i} of [${from}, ${to})`)
        part[i] = 0
      }
    }
})
