import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureColumn } from './partial/kernel-partial.ts'
import { featureBytes, featureSlice, selectFeatureRows, sharedZeros, toSharedColumn } from './feature-columns.ts'

const column = (...values: number[]): FeatureColumn => ({
  values: Float64Array.from(values),
  nulls: Uint8Array.from(values, value => Number(value < 0)),
  rejected: new Uint8Array(values.length),
  width: 1,
})
const list: FeatureColumn = {
  values: Float64Array.of(1, 2, 3, 4, 5, 6),
  nulls: Uint8Array.of(0, 1, 0),
  rejected: Uint8Array.of(0, 0, 3),
  width: 2,
  counts: Uint16Array.of(2, 0, 1),
}

test('columns for other threads are in shared memory', () => {
  const [copy, zeros] = [toSharedColumn(list), sharedZeros(list, 4)]
  assert.deepEqual(copy, list)
  assert.deepEqual([zeros.values.length, zeros.nulls.length, zeros.counts!.length, zeros.width], [8, 4, 4, 2])
  for (const { values, nulls, rejected, counts } of [copy, zeros])
    for (const { buffer } of [values, nulls, rejected, counts!]) assert.ok(buffer instanceof SharedArrayBuffer)
})

test('the bytes of columns are those of their arrays', () => {
  assert.equal(featureBytes([column(1), list]), 10 + 6 * 8 + 3 + 3 + 6)
})

test('ranges of columns, including lists', () => {
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
  assert.deepEqual(selectFeatureRows(column(10, -20, 30), Uint32Array.of(1, 2, 0)), column(-20, 30, 10))
})

test('the rounding error of an exact sum goes with its row', () => {
  const exact: FeatureColumn = { ...column(1, 2, 3), low: Float64Array.of(0.25, 0, -0.5) }
  assert.deepEqual(featureSlice(exact, 1, 3), { ...column(2, 3), low: Float64Array.of(0, -0.5) })
  assert.deepEqual(selectFeatureRows(exact, Uint32Array.of(2, 0)), { ...column(3, 1), low: Float64Array.of(-0.5, 0.25) })
})
