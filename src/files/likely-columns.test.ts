import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InferredColumn, ValueCounts } from './column-sample.ts'
import { likelyOutcomes } from './likely-columns.ts'

const column = (name: string, type: InferredColumn['type'], two?: ValueCounts): InferredColumn => ({
  name,
  type,
  nullable: false,
  distinct: two ? 2 : 50,
  filled: 100,
  ...(two && { valueCounts: two }),
})

const outcomes = (...columns: InferredColumn[]) => likelyOutcomes(columns, []).map(({ column: name, truth }) => [name, truth])

test('telling names come first, then rarer true values', () => {
  const ordinary = column('member', 'bool', [
    [true, 10],
    [false, 90],
  ])
  const common = column('express', 'int', [
    ['0', 30],
    ['1', 70],
  ])
  const named = column('wasLate', 'int', [
    [1, 95],
    [0, 5],
  ])
  assert.deepEqual(outcomes(common, ordinary, named), [
    ['wasLate', 1],
    ['member', true],
    ['express', 1],
  ])
})

test('a text with two values is an outcome if exactly one value is affirmative', () => {
  const text = (a: string, b: string) =>
    column('status', 'string', [
      [a, 3],
      [b, 7],
    ])
  assert.deepEqual(outcomes(text('FAIL', 'OK')), [['status', 'FAIL']])
  assert.deepEqual(outcomes(text('no', 'Yes')), [['status', 'Yes']])
  assert.deepEqual(outcomes(text('web', 'shop')), [])
  assert.deepEqual(outcomes(text('late', 'cancelled')), [])
})

test('other numbers, single values and excluded columns are not outcomes', () => {
  const pair = column('count', 'int', [
    [1, 3],
    [2, 7],
  ])
  assert.deepEqual(outcomes(pair, column('late', 'bool')), [])
  const key = column('failed', 'bool', [
    [true, 1],
    [false, 1],
  ])
  assert.deepEqual(likelyOutcomes([key], [{ column: 'failed', reason: '' }]), [])
})

test('the reason gives the frequency of true', () => {
  const late = column('Late?', 'bool', [
    ['false', 175],
    ['true', 25],
  ])
  const [{ reason }] = likelyOutcomes([late], [])
  assert.equal(reason, 'its name suggests an outcome, and it is true in 13 % of the records')
})
