import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { BINS, binColumns, NULL_BIN } from './bins.ts'
import { packHessians, PACKED_ROWS_MAX, roundToGrid } from './grid.ts'
import { HistogramPool, subtractHistogram, histogramTotal } from './histogram.ts'

const LENGTH = 2 * PACKED_ROWS_MAX + 1000
const next = random(1)
const columns = [20, 3, 40, 5, 2].map(values =>
  Float64Array.from({ length: LENGTH }, () => (next() < 0.1 ? NaN : Math.floor(next() * values))),
)
const bins = binColumns(columns, LENGTH)
const gradient = Float64Array.from({ length: LENGTH }, () => next() - 0.5)
const packed = Float64Array.from(gradient, g => 0.25 - g * g)
roundToGrid(gradient)
const unit = packHessians(packed)
const allWords = [0, 1]

/** One column, row by row. */
function counted(column: number, rows: Iterable<number>) {
  const sums = { gradient: new Float64Array(BINS), hessian: new Float64Array(BINS), rows: new Int32Array(BINS) }
  for (const row of rows) {
    const value = columns[column][row]
    const bin = Number.isNaN(value) ? NULL_BIN : bins.cuts[column].filter(cut => value > cut).length
    sums.gradient[bin] += gradient[row]
    sums.hessian[bin] += packed[row] - unit
    sums.rows[bin]++
  }
  return sums
}
const columnOf = (histogram: ReturnType<HistogramPool['count']>, column: number) => ({
  gradient: histogram.gradient.slice(column * BINS, (column + 1) * BINS),
  hessian: histogram.hessian.slice(column * BINS, (column + 1) * BINS),
  rows: histogram.rows.slice(column * BINS, (column + 1) * BINS),
})
const rowsWhere = (holds: (row: number) => boolean) => Int32Array.from({ length: LENGTH }, (_, row) => row).filter(holds)
const ordered = (rows: Int32Array) => ({
  gradient: Float64Array.from(rows, row => gradient[row]),
  packed: Float64Array.from(rows, row => packed[row]),
})

test('a histogram of more rows than one stretch has each row once, to the bit', () => {
  const histogram = new HistogramPool(bins).count(allWords, undefined, { gradient, packed }, unit)
  for (const column of columns.keys()) assert.deepStrictEqual(columnOf(histogram, column), counted(column, gradient.keys()))
})

test('a leaf’s is its parent’s without its sibling’s, in arrays that were used before', () => {
  const histograms = new HistogramPool(bins)
  const [left, right] = [0, 1].map(part => rowsWhere(row => (row % 3 === 0 ? 0 : 1) === part))
  const of = (rows: Int32Array) => histograms.count(allWords, rows, ordered(rows), unit)
  histograms.release(of(left))
  const parent = histograms.count(allWords, undefined, { gradient, packed }, unit)
  subtractHistogram(parent, of(left))
  assert.deepStrictEqual(parent, of(right))
  for (const column of columns.keys()) assert.deepStrictEqual(columnOf(parent, column), counted(column, right))
})

test('words that are not used stay empty, and any column says what all rows come to', () => {
  const rows = rowsWhere(row => row % 7 === 0)
  const histogram = new HistogramPool(bins).count([1], rows, ordered(rows), unit)
  assert.deepStrictEqual(histogramTotal(histogram, 0), { gradient: 0, hessian: 0, rows: 0 })
  const sum = (numbers: Float64Array) => numbers.reduce((total, value) => total + value, 0)
  const { gradient: gradients, packed: packeds } = ordered(rows)
  assert.deepStrictEqual(histogramTotal(histogram, 4), {
    gradient: sum(gradients),
    hessian: sum(packeds.map(value => value - unit)),
    rows: rows.length,
  })
})
