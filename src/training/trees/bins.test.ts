import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../../base/limits.ts'
import { BINS, binColumns, cutsOf, NULL_BIN } from './bins.ts'

const ascending = (...values: number[]) => Float64Array.from(values).sort()
const binOf = (words: readonly Int32Array[], column: number, row: number) => (words[column >> 2][row] >>> (8 * (column & 3))) & 255

test('few values have a bin each, with cuts half way between', () => {
  assert.deepEqual([...cutsOf(ascending(1, 1, 2, 4, 4), 255)], [1.5, 3])
  assert.deepEqual([...cutsOf(ascending(7, 7), 255)], [])
  assert.deepEqual([...cutsOf(ascending(), 255)], [])
  assert.deepEqual([...cutsOf(ascending(-0, 0), 255)], [])
})

test('many values share bins of about as many rows, and equal values are never parted', () => {
  assert.deepEqual([...cutsOf(ascending(1, 2, 3, 4, 5, 6, 7, 8), 4)], [2.5, 4.5, 6.5])
  assert.deepEqual([...cutsOf(ascending(1, 5, 5, 5, 5, 5, 8, 9), 3)], [6.5])
  const uniform = Float64Array.from({ length: 10_000 }, (_, i) => i)
  assert.equal(cutsOf(uniform, 255).length, 254)
})

test('a cut is at least the lower of two values and below the upper, however near they are', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(double, double, (a, b) => {
      fc.pre(a !== b)
      const [low, high] = ascending(a, b)
      const [cut] = cutsOf(Float64Array.of(low, high), 255)
      assert.ok(low <= cut && cut < high)
    }),
  )
  const next = 1 + Number.EPSILON
  assert.deepEqual([...cutsOf(Float64Array.of(1, next), 255)], [1])
})

test('a value is in the bin of the cuts below it, a NULL in the last; a row’s bins are one word for four columns', () => {
  const columns = [0, 1, 2, 3, 4].map(shift =>
    Float64Array.from({ length: 600 }, (_, row) => (row % 7 === 0 ? NaN : (row * 37 + shift) % 500)),
  )
  const { cuts, words } = binColumns(columns, 600)
  assert.equal(words.length, 2)
  for (const [column, values] of columns.entries())
    for (const [row, value] of values.entries()) {
      const expected = Number.isNaN(value) ? NULL_BIN : cuts[column].filter(cut => value > cut).length
      assert.equal(binOf(words, column, row), expected, `column ${column}, row ${row}`)
    }
})

test('a long column is cut by a sample of its rows', () => {
  const length = limits.TREE_BIN_ROWS + 50_000
  const column = Float64Array.from({ length }, (_, row) => row)
  const { cuts, words } = binColumns([column], length)
  const rows = new Uint32Array(BINS)
  for (let row = 0; row < length; row++) rows[binOf(words, 0, row)]++
  const mean = length / 255
  assert.equal(cuts[0].length, 254)
  assert.ok(rows.subarray(0, 255).every(count => Math.abs(count - mean) < 0.05 * mean))
})
