import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InferredColumn, TwoValues } from './column-sample.ts'
import { likelyOutcomes } from './likely-outcome.ts'

const column = (name: string, type: InferredColumn['type'], two?: TwoValues): InferredColumn => ({
  name,
  type,
  nullable: false,
  distinct: two ? 2 : 50,
  ...(two && { two }),
})

const found = (...columns: InferredColumn[]) => likelyOutcomes(columns, []).map(({ column: name, truth }) => [name, truth])

test('names that speak of what came of something go before others, and what is rarer before what is common', () => {
  const ordinary = column('member', 'bool', [
    [true, 10],
    [false, 90],
  ])
  const common = column('express', 'int', [
    ['0', 30],
    ['1', 70],
  ])
  const spoken = column('wasLate', 'int', [
    [1, 95],
    [0, 5],
  ])
  assert.deepEqual(found(common, ordinary, spoken), [
    ['wasLate', 1],
    ['member', true],
    ['express', 1],
  ])
})

test('a text of two values is one where exactly one of them says yes to something', () => {
  const text = (a: string, b: string) =>
    column('status', 'string', [
      [a, 3],
      [b, 7],
    ])
  assert.deepEqual(found(text('FAIL', 'OK')), [['status', 'FAIL']])
  assert.deepEqual(found(text('no', 'Yes')), [['status', 'Yes']])
  assert.deepEqual(found(text('web', 'shop')), [])
  assert.deepEqual(found(text('late', 'cancelled')), [])
})

test('numbers that are not 0 and 1, one value alone, and columns that say something else are none', () => {
  const pair = column('count', 'int', [
    [1, 3],
    [2, 7],
  ])
  assert.deepEqual(found(pair, column('late', 'bool')), [])
  const key = column('failed', 'bool', [
    [true, 1],
    [false, 1],
  ])
  assert.deepEqual(likelyOutcomes([key], [{ column: 'failed', reason: '' }]), [])
})

test('the reason says how often it is true', () => {
  const late = column('Late?', 'bool', [
    ['False', 175],
    ['True', 25],
  ])
  const [{ reason }] = likelyOutcomes([late], [])
  assert.equal(reason, 'its name speaks of what came of something, and it is true in 13 % of the records')
})
