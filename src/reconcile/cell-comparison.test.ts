import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareCells, CellTally } from './cell-comparison.ts'

test('two values are equal to the bit, within a bound, or a mismatch', () => {
  assert.equal(compareCells(1, 1, 0), 'equal')
  assert.equal(compareCells(0, -0, 0), 'different')
  assert.equal(compareCells('a', 'a', 0), 'equal')
  assert.equal(compareCells('a', 'b', 0), 'different')
  assert.equal(compareCells(true, false, 0), 'different')
  assert.equal(compareCells([1, 2], [1, 2], 0), 'equal')
  assert.equal(compareCells([1, 2], [2, 1], 0), 'different')
  assert.equal(compareCells([1], [1, 2], 0), 'different')
  assert.equal(compareCells(null, null, 0), 'bothAbsent')
  assert.equal(compareCells(null, 0, 1), 'oneAbsent')
  assert.equal(compareCells(1, 1.5, 0.5), 'within')
  assert.equal(compareCells(1, 1.5, 0.25), 'different')
  assert.equal(compareCells(null, 1, Infinity), 'within')
})

test('a hundred differences: counts by outcome, quantiles, and reasons', () => {
  const tally = new CellTally()
  for (let i = 1; i <= 100; i++) tally.add(0, i, 'different', i <= 30 ? ['late'] : ['revision'])
  tally.add(5, 5, 'equal', [])
  tally.add(null, null, 'bothAbsent', [])
  tally.add(null, 3, 'oneAbsent', ['late'])
  tally.add('a', 'b', 'different', ['late', 'revision'])
  const { compared, equal, bothAbsent, oneAbsent, different, within, smape, apart, reasons } = tally.compared
  assert.deepEqual([compared, equal, bothAbsent, oneAbsent, different, within], [104, 1, 1, 1, 101, 0])
  assert.deepEqual(reasons, { late: 32, revision: 71 })
  // 2·|0 − i| / i is 2, a hundred times, and 0 once.
  assert.equal(smape, 200 / 101)
  for (const [name, want] of [
    ['p50', 50],
    ['p90', 90],
    ['p99', 99],
  ] as const)
    assert.ok(apart![name] >= want && apart![name] <= 1.01 * want, `${name} is ${apart![name]}`)
  assert.equal(apart!.max, 100)
})

test('numbers at the limits of doubles', () => {
  const tally = new CellTally()
  tally.add(Number.MAX_VALUE, -Number.MAX_VALUE, 'different', ['late'])
  tally.add(Number.MIN_VALUE, 0, 'different', ['late'])
  const { smape, apart } = tally.compared
  assert.equal(smape, 2)
  assert.deepEqual(apart, { p50: Number.MIN_VALUE, p90: Number.MAX_VALUE, p99: Number.MAX_VALUE, max: Number.MAX_VALUE })
})

test('without values there is no error and no difference', () => {
  assert.deepEqual(new CellTally().compared, { compared: 0, equal: 0, within: 0, bothAbsent: 0, oneAbsent: 0, different: 0, reasons: {} })
})
