import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { renumberCodes, isNestedIn, intersectCodes } from './cluster-codes.ts'

const pairs = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 40 })

test('two rows share a code exactly where they agree in both columns, and every code occurs', () => {
  fc.assert(
    fc.property(pairs, rows => {
      const [a, b] = [0, 1].map(i => ({ of: Int32Array.from(rows, row => row[i]), count: 7 }))
      const { of, count } = intersectCodes(a, b)
      const codes = new Map(rows.map(([x, y], row) => [`${x} ${y}`, of[row]]))
      rows.forEach(([x, y], row) => assert.equal(of[row], codes.get(`${x} ${y}`)))
      assert.deepEqual(
        [...codes.values()].sort((a, b) => a - b),
        Array.from({ length: count }, (_, code) => code),
      )
    }),
  )
})

test('a column is nested in a second where the intersection splits none of its codes', () => {
  const rows = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.boolean()), { maxLength: 8 })
  fc.assert(
    fc.property(rows, list => {
      // Sometimes the second column is a function of the first, so that nesting occurs.
      const codes = [0, 1].map(i =>
        renumberCodes(
          Int32Array.from(list, row => (i === 0 ? row[0] : list[0][2] ? row[0] >> 1 : row[1])),
          7,
        ),
      )
      assert.equal(isNestedIn(codes[0], codes[1]), intersectCodes(codes[0], codes[1]).count === codes[0].count)
    }),
    { numRuns: 500 },
  )
})

test('occurring codes are renumbered in their order', () => {
  assert.deepEqual(renumberCodes(Int32Array.of(7, 2, 7, 5), 9), { of: Int32Array.of(2, 0, 2, 1), count: 3 })
  assert.deepEqual(renumberCodes(new Int32Array(0), 3), { of: new Int32Array(0), count: 0 })
})
