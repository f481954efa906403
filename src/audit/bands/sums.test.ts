/** Sums by cell against sums over all rows, one difference after the other in the same room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { totalOf } from '../worth/index.ts'
import { sampleOf } from './sample.ts'
import { differingFrom, sumsOf, SumsRoom, totalWithin } from './sums.ts'

const CELLS = 5

/** Few numbers, so that what is added in a cell is often 0 again on the way; NaN where it is not known. */
const value = fc.constantFrom(0, 0, 1, -1, 2, NaN)

const histories = fc.array(fc.tuple(fc.nat(CELLS - 1), value, value, value), { minLength: 1, maxLength: 30 }).map(rows => ({
  cell: rows.map(([cell]) => cell),
  values: [1, 2, 3].map(i => Float64Array.from(rows, row => row[i])),
}))

test('what differs, and its sums by cell, are those of every row', () => {
  fc.assert(
    fc.property(histories, ({ cell, values: [now, ...others] }) => {
      const sample = sampleOf({ t: new Float64Array(cell.length), clusters: [] }, { from: 0, to: cell.length })
      const [room, set] = [new SumsRoom(), { of: Int32Array.from(cell), count: CELLS }]
      for (const values of [...others, now, others[0]]) {
        const differences = values.map((value, row) => value - now[row])
        const found = differingFrom(sample, values, now)
        assert.deepEqual(
          [...found.at],
          [...differences.keys()].filter(row => differences[row] !== 0 && !Number.isNaN(differences[row])),
        )
        const { sizes, cells, sums, rows, times } = sumsOf(set, found, room)
        const wanted = Array.from({ length: CELLS }, (_, one) => totalOf(differences.filter((_, row) => cell[row] === one)))
        wanted.forEach(({ sum, n }, one) => {
          const entry = cells.indexOf(one)
          assert.deepEqual([entry < 0 ? 0 : sums[entry], sizes.rows[sizes.of[one]]], [sum, n])
          if (entry >= 0) assert.notEqual(sum, 0)
        })
        // Whatever is not told by its cell is told by how many are like it.
        const entries = [...sums.keys()].flatMap(entry => Array.from({ length: times[entry] }, () => `${sums[entry]} of ${rows[entry]}`))
        assert.deepEqual(entries.toSorted(), wanted.map(({ sum, n }) => `${sum} of ${n}`).toSorted())
      }
    }),
  )
})

test('the total of a stretch of rows is that of its differences', () => {
  fc.assert(
    fc.property(histories, fc.nat(30), fc.nat(30), ({ values: [now, values] }, one, other) => {
      const { length } = now
      const sample = sampleOf({ t: new Float64Array(length), clusters: [] }, { from: 0, to: length })
      const [from, to] = [one % (length + 1), other % (length + 1)].sort((a, b) => a - b)
      const differences = values.map((value, row) => value - now[row])
      assert.deepEqual(totalWithin(differingFrom(sample, values, now), { from, to }), totalOf(differences.subarray(from, to)))
    }),
  )
})
