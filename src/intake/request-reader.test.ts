import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import { RequestReader } from './request-reader.ts'

const columns = [
  { name: 'card', type: 'string', nullable: false, entity: 'card' },
  { name: 'amount', type: 'decimal', scale: 2, nullable: false, min: 0 },
  { name: 'at', type: 'timestamp', nullable: true },
] as const
const reader = () => new RequestReader({ kind: 'request', columns, key: 'card' }, new Strings())
const faultOf = (fields: unknown) => {
  const fault = reader().readFields(fields)
  return fault && [fault.reason, fault.detail]
}

test('fields become columns, one row a request', () => {
  const requests = reader()
  assert.equal(requests.readFields({ card: 'c1', amount: '1.50', at: '2026-01-01T00:00Z' }), undefined)
  requests.readFields({ card: 'c2', amount: -1 })
  assert.equal(requests.readFields({ card: 'c1', amount: 2 }), undefined)
  const { card, amount, at } = requests.columns()
  assert.deepEqual([...card.values], [0, 0])
  assert.deepEqual([...amount.values], [150, 200])
  assert.deepEqual(
    [[...at.values], [...at.nulls!]],
    [
      [Date.UTC(2026, 0, 1), 0],
      [0, 1],
    ],
  )
})

test('rejects missing, invalid and unknown fields', () => {
  assert.deepEqual(faultOf({ amount: 1 }), ['key', "'card' is missing"])
  assert.deepEqual(faultOf({ card: 'c1', amount: -1 })?.[0], 'schema')
  assert.deepEqual(faultOf({ card: 'c1' }), ['schema', "'amount' is missing"])
  assert.deepEqual(faultOf({ card: 'c1', amount: 1, ammount: 2 }), ['schema', "field 'ammount' is no column; did you mean 'amount'?"])
  assert.deepEqual(faultOf(null)?.[0], 'schema')
})
