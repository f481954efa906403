import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberValues } from './decision-cases.ts'

test('values are numbered in order of occurrence, with NULL as a value, and string ids by a table', () => {
  const values = Float64Array.of(7, 3, 7, 0, 3, 9)
  assert.deepEqual(numberValues({ values }, 6), { of: Int32Array.of(0, 1, 0, 2, 1, 3), count: 4 })
  assert.deepEqual(numberValues({ values: Int32Array.from(values) }, 5), { of: Int32Array.of(0, 1, 0, 2, 1), count: 3 })
  const nulls = Uint8Array.of(0, 0, 1, 0, 1, 0)
  for (const ids of [values, Int32Array.from(values)])
    assert.deepEqual(numberValues({ values: ids, nulls }, 6), { of: Int32Array.of(0, 1, 2, 3, 2, 4), count: 5 })
  assert.deepEqual(numberValues({ values: new Int32Array(0) }, 0), { of: new Int32Array(0), count: 0 })
})
