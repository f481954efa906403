/** Sums by cell against sums over all rows, several differences in the same buffers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sumOfKnown } from '../value/index.ts'
import { clusteredSample } from './sample.ts'
import { sparseDifferences, cellSums, SumBuffers } from './cell-sums.ts'

const CELLS = 5

/** Few distinct numbers, so that cell sums often cancel to 0; NaN where unknown. */
const value = fc.constantFrom(0, 0, 1, -1, 2, NaN)

const histories = fc.array(fc.tuple(fc.nat(CELLS - 1), value, value), { minLength: 1, maxLength: 30 }).map(rows => ({
  cell: rows.map(([cell]) => cell),
  differences: [1, 2].map(i => Float64Array.from(rows, row => row[i])),
}))

test('sums by cell equal sums over all rows', () => {
  fc.assert(
    fc.property(histories, ({ cell, differences: [item, other] }) => {
      const sample = clusteredSample({ t: new Float64Array(cell.length), clusters: [] }, { from: 0, to: cell.length })
      const [room, set] = [new SumBuffers(), { of: Int32Array.from(cell), count: CELLS }]
      const differences = [item, other, item]
      for (const [i, result] of sparseDifferences(sample, differences).entries()) {
        const { sizes, cells, sums, rows, times } = cellSums(set, result, room)
        const expected = Array.from({ length: CELLS }, (_, code) => sumOfKnown(differences[i].filter((_, row) => cell[row] === code)))
        expected.forEach(({ sum, n }, code) => {
          const entry = cells.indexOf(code)
          assert.deepEqual([entry < 0 ? 0 : sums[entry], sizes.rows[sizes.of[code]]], [sum, n])
          if (entry >= 0) assert.notEqual(sum, 0)
        })
        // Entries without a cell represent all cells of their size.
        const entries = [...sums.keys()].flatMap(entry => Array.from({ length: times[entry] }, () => `${sums[entry]} of ${rows[entry]}`))
        assert.deepEqual(entries.toSorted(), expected.map(({ sum, n }) => `${sum} of ${n}`).toSorted())
      }
    }),
  )
})
