import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BINS, NULL_BIN } from './bins.ts'
import { bestSplit, type TreeSplit, type SplitRules, type DerivativeSums } from './split.ts'

interface Row {
  readonly bins: readonly number[]
  readonly gradient: number
  readonly hessian: number
}

const COLUMNS = 2
const CUTS = 3
const bin = fc.oneof({ weight: 4, arbitrary: fc.nat(CUTS) }, { weight: 1, arbitrary: fc.constant(NULL_BIN) })
const row = fc.record({ bins: fc.tuple(bin, bin), gradient: fc.integer({ min: -4, max: 4 }), hessian: fc.integer({ min: 1, max: 4 }) })
const rules = fc.record({ minRows: fc.integer({ min: 1, max: 3 }), ridge: fc.integer({ min: 0, max: 2 }) })

const sumsOf = (rows: readonly Row[]): DerivativeSums => ({
  gradient: rows.reduce((sum, row) => sum + row.gradient, 0),
  hessian: rows.reduce((sum, row) => sum + row.hessian, 0),
  rows: rows.length,
})

function histogramOf(rows: readonly Row[]) {
  const size = COLUMNS * BINS
  const histogram = { gradient: new Float64Array(size), hessian: new Float64Array(size), rows: new Int32Array(size) }
  for (const { bins, gradient, hessian } of rows)
    for (const [column, bin] of bins.entries()) {
      histogram.gradient[column * BINS + bin] += gradient
      histogram.hessian[column * BINS + bin] += hessian
      histogram.rows[column * BINS + bin]++
    }
  return histogram
}

const cuts = Array.from({ length: COLUMNS }, () => ({ length: CUTS }))
const goesLeft = ({ bins }: Row, { column, bin, nullsLeft }: Pick<TreeSplit, 'column' | 'bin' | 'nullsLeft'>): boolean =>
  bins[column] === NULL_BIN ? nullsLeft : bins[column] <= bin

/** The greatest gain of all ways. */
function tried(rows: readonly Row[], { minRows, ridge }: SplitRules): number {
  const score = (part: readonly Row[]) => sumsOf(part).gradient ** 2 / (sumsOf(part).hessian + ridge)
  let greatestGain = 0
  for (let column = 0; column < COLUMNS; column++)
    for (const nullsLeft of [false, true])
      for (let bin = 0; bin <= CUTS; bin++) {
        const left = rows.filter(row => goesLeft(row, { column, bin, nullsLeft }))
        const right = rows.filter(row => !left.includes(row))
        if (left.length >= minRows && right.length >= minRows)
          greatestGain = Math.max(greatestGain, score(left) + score(right) - score(rows))
      }
  return greatestGain
}

test('finds the best split of all', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), rules, (rows, rules) => {
      const split = bestSplit(histogramOf(rows), [0, 1], cuts, sumsOf(rows), rules)
      const greatestGain = tried(rows, rules)
      if (!split) return assert.ok(greatestGain < 1e-9, `missed a gain of ${greatestGain}`)
      assert.ok(Math.abs(split.gain - greatestGain) < 1e-9, `${split.gain}, and there is ${greatestGain}`)
      const left = rows.filter(row => goesLeft(row, split))
      assert.deepEqual(split.left, sumsOf(left))
      assert.ok(left.length >= rules.minRows && rows.length - left.length >= rules.minRows)
      if (!rows.some(({ bins }) => bins[split.column] === NULL_BIN)) assert.equal(split.nullsLeft, 2 * left.length > rows.length)
    }),
    { numRuns: 2000 },
  )
})

test('of equally good ways the first column’s, only of those that may be used', () => {
  const rows = [0, 0, 1, 1].map(bin => ({ bins: [bin, bin], gradient: bin * 2 - 1, hessian: 1 }))
  const of = (columns: number[]) => bestSplit(histogramOf(rows), columns, cuts, sumsOf(rows), { minRows: 1, ridge: 0 })
  assert.deepEqual(of([0, 1]), { gain: 4, column: 0, bin: 0, nullsLeft: false, left: { gradient: -2, hessian: 2, rows: 2 } })
  assert.equal(of([1])?.column, 1)
  assert.equal(of([]), undefined)
})

test('rows that say the same are not parted for what rounding makes of them', () => {
  const rows = Array.from({ length: 10 }, (_, i) => ({ bins: [i % 4, 0], gradient: 0.1, hessian: 0.3 }))
  assert.equal(bestSplit(histogramOf(rows), [0], cuts, sumsOf(rows), { minRows: 1, ridge: 0 }), undefined)
})

test('a side without Hessian has nothing to learn from', () => {
  const rows = [0, 1].map(bin => ({ bins: [bin, 0], gradient: bin * 2 - 1, hessian: bin === 0 ? 1e-4 : 1 }))
  assert.equal(bestSplit(histogramOf(rows), [0], cuts, sumsOf(rows), { minRows: 1, ridge: 0 }), undefined)
})
