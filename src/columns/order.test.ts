import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { ascendingOrder } from './order.ts'

/** Reference: the library's stable sort, over objects. */
const expected = (values: readonly number[]) =>
  values
    .map((value, row) => ({ value, row }))
    .sort((a, b) => a.value - b.value)
    .map(({ row }) => row)

test('rows in order need no order', () => {
  for (const values of [[], [1], [1, 1, 1], [-5, -5, 0, 2 ** 43]]) assert.equal(ascendingOrder(Float64Array.from(values)), undefined)
})

test('equal values keep the order in which they stand', () => {
  assert.deepEqual([...ascendingOrder(Float64Array.from([2, 1, 2, 1, 2]))!], [1, 3, 0, 2, 4])
})

test('sorts any disorder as a stable sort does', () => {
  const next = random(7)
  for (let round = 0; round < 300; round++) {
    const length = 2 + Math.floor(next() * 200)
    const disorder = [2, 20, 2000][round % 3]
    const values = Array.from({ length }, (_, i) => i * 10 + Math.floor((next() - 0.5) * disorder) - 500)
    values[length - 1] = values[0] - 1
    const before = Float64Array.from(values)
    assert.deepEqual([...ascendingOrder(before)!], expected(values))
    assert.deepEqual([...before], values, 'the values themselves stay as they were')
  }
})
