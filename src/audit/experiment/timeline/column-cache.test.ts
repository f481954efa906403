import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureColumn } from '../../../aggregate/kernel-partial.ts'
import { ColumnCache } from './column-cache.ts'
import { selectFeatureRows, permuteFeatureRows, featureSlice } from './feature-columns.ts'

const column = (...values: number[]): FeatureColumn => ({
  values: Float64Array.from(values),
  nulls: Uint8Array.from(values, value => Number(value < 0)),
  rejected: new Uint8Array(values.length),
  width: 1,
})

test('columns are computed once, and the least recently used are evicted first', () => {
  const cache = new ColumnCache(25)
  const computed: string[] = []
  const of = (id: string) =>
    cache.getOrCompute(id, () => {
      computed.push(id)
      return [column(1)]
    })
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b', 'a']) of(id)
  assert.deepEqual(computed, ['a', 'b', 'c', 'b'], 'a column is 10 bytes, and there is room for two')
  for (const id of ['a', 'b', 'c']) of(id)
  assert.deepEqual(computed.slice(4), ['c'])
})

test('columns larger than the cache stay until the next ones', () => {
  const cache = new ColumnCache(1)
  const first = cache.getOrCompute('a', () => [column(1, 2, 3)])
  assert.equal(
    cache.getOrCompute('a', () => []),
    first,
  )
  const second = cache.getOrCompute('b', () => [column(1)])
  assert.equal(
    cache.getOrCompute('b', () => []),
    second,
  )
  assert.deepEqual(
    cache.getOrCompute('a', () => []),
    [],
  )
})

test('columns for other threads are in shared memory', () => {
  const cache = new ColumnCache(100, true)
  const [shared] = cache.getOrCompute('a', () => [column(1, -2)])
  assert.deepEqual(shared, column(1, -2))
  for (const { buffer } of [shared.values, shared.nulls, shared.rejected]) assert.ok(buffer instanceof SharedArrayBuffer)
})

test('ranges of columns, including lists', () => {
  const list: FeatureColumn = {
    values: Float64Array.of(1, 2, 3, 4, 5, 6),
    nulls: Uint8Array.of(0, 1, 0),
    rejected: Uint8Array.of(0, 0, 3),
    width: 2,
    counts: Uint16Array.of(2, 0, 1),
  }
  assert.deepEqual(featureSlice(list, 1, 3), {
    values: Float64Array.of(3, 4, 5, 6),
    nulls: Uint8Array.of(1, 0),
    rejected: Uint8Array.of(0, 3),
    width: 2,
    counts: Uint16Array.of(0, 1),
  })
  assert.deepEqual(selectFeatureRows(list, Uint32Array.of(2, 0)), {
    values: Float64Array.of(5, 6, 1, 2),
    nulls: Uint8Array.of(0, 0),
    rejected: Uint8Array.of(3, 0),
    width: 2,
    counts: Uint16Array.of(1, 2),
  })
  assert.deepEqual(permuteFeatureRows(column(10, -20, 30), Uint32Array.of(2, 0, 1)), column(-20, 30, 10))
})
