import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockBuilder } from './builder.ts'

const rowsOf = (builder: BlockBuilder) => {
  const { length, time, arrival, sourcePosition, columns } = builder.view()
  const { values, nulls } = columns.amount
  assert.deepEqual([time.length, arrival.length, sourcePosition.length, values.length], [length, length, length, length])
  return Array.from({ length }, (_, row) => [time[row], arrival[row], sourcePosition[row], nulls?.[row] ? null : values[row]])
}

test('a view has the rows that are committed when it is taken', () => {
  const builder = new BlockBuilder([{ name: 'amount', type: 'double' }], 2)
  const amount = builder.column('amount')!
  assert.deepEqual(rowsOf(builder), [])
  amount.set(0, 5)
  builder.commit(10, 11)
  assert.deepEqual(rowsOf(builder), [[10, 11, 0, 5]])
  amount.setNull(1)
  assert.deepEqual(rowsOf(builder), [[10, 11, 0, 5]])
  builder.commit(20, 21)
  assert.deepEqual(rowsOf(builder), [
    [10, 11, 0, 5],
    [20, 21, 1, null],
  ])
  builder.reserveMore(2)
  amount.setEach(2, 2, Float64Array.of(7, NaN), 0, 1)
  builder.commitAll(Float64Array.of(30, 40), Float64Array.of(31, 41))
  assert.deepEqual(rowsOf(builder).slice(2), [
    [30, 31, 2, 7],
    [40, 41, 3, null],
  ])
  builder.clear()
  assert.deepEqual(rowsOf(builder), [])
  amount.set(0, 6)
  builder.commit(50, 51)
  assert.deepEqual(rowsOf(builder), [[50, 51, 0, 6]])
})

test('a view of unchanged rows is the same object', () => {
  const builder = new BlockBuilder([{ name: 'amount', type: 'double' }])
  builder.commit(1, 1)
  assert.equal(builder.view(), builder.view())
})
