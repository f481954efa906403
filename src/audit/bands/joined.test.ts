import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compacted, joined } from './joined.ts'

const pairs = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 40 })

test('two rows have one code exactly where both columns agree, and every code occurs', () => {
  fc.assert(
    fc.property(pairs, rows => {
      const [a, b] = [0, 1].map(i => ({ of: Int32Array.from(rows, row => row[i]), count: 7 }))
      const { of, count } = joined(a, b)
      const codes = new Map(rows.map(([x, y], row) => [`${x} ${y}`, of[row]]))
      rows.forEach(([x, y], row) => assert.equal(of[row], codes.get(`${x} ${y}`)))
      assert.deepEqual(
        [...codes.values()].sort((a, b) => a - b),
        Array.from({ length: count }, (_, code) => code),
      )
    }),
  )
})

test('codes that occur are numbered anew in their order', () => {
  assert.deepEqual(compacted(Int32Array.of(7, 2, 7, 5), 9), { of: Int32Array.of(2, 0, 2, 1), count: 3 })
  assert.deepEqual(compacted(new Int32Array(0), 3), { of: new Int32Array(0), count: 0 })
})
