/** Slices of a fetch: bounded by records and bytes, and whole in the order of offsets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { FetchedRecords } from '../kafka/index.ts'
import { recordSlices } from './record-slices.ts'

/** Records at the offsets, each with a value of so many bytes, and damaged batches between them. */
function fetchOf(offsets: readonly number[], bytes: number, damaged: FetchedRecords['damaged'] = []): FetchedRecords {
  const count = offsets.length
  const records = {
    count,
    offsets: Float64Array.from(offsets),
    timestamps: new Float64Array(count),
    keys: new Int32Array(2 * count).fill(-1),
    values: Int32Array.from({ length: 2 * count }, (_, i) => Math.ceil(i / 2) * bytes),
    headers: new Int32Array(2 * count).fill(-1),
    bytes: Buffer.from(new ArrayBuffer(0)),
  }
  return { partition: 0, assignment: 1, records, from: 0, next: 1e6, epoch: 0, damaged, end: 1e6, bytes: 0 }
}

const offsetsOf = (slices: Iterable<FetchedRecords>) => [...slices].map(({ records }) => [...records.offsets])
const upTo = (count: number): number[] => [...Array(count).keys()]

test('a slice has at most GATE_SLICE_RECORDS records', () => {
  const all = upTo(2 * limits.GATE_SLICE_RECORDS + 1)
  const slices = offsetsOf(recordSlices(fetchOf(all, 10)))
  assert.deepEqual(
    slices.map(({ length }) => length),
    [limits.GATE_SLICE_RECORDS, limits.GATE_SLICE_RECORDS, 1],
  )
  assert.deepEqual(slices.flat(), all)
})

test('a slice has at most GATE_SLICE_BYTES, or one record', () => {
  const half = limits.GATE_SLICE_BYTES / 2
  assert.deepEqual(offsetsOf(recordSlices(fetchOf(upTo(5), half))), [[0, 1], [2, 3], [4]])
  assert.deepEqual(offsetsOf(recordSlices(fetchOf(upTo(3), half * 3))), [[0], [1], [2]])
  const [, second] = recordSlices(fetchOf(upTo(3), half * 3))
  assert.deepEqual([...second.records.values], [half * 3, half * 6])
})

test('a slice ends before a cut', () => {
  assert.deepEqual(offsetsOf(recordSlices(fetchOf(upTo(5), 1), row => row === 2 || row === 4)), [[0, 1], [2, 3], [4]])
})

test('a damaged batch is in the slice before the records that follow it', () => {
  const damagedOf = (first: number) => ({ first, end: first + 2, problem: 'its bytes' })
  const all = [damagedOf(0), damagedOf(5), damagedOf(20)]
  const slices = [...recordSlices(fetchOf([3, 4, 10, 11], 1, all), row => row === 2)]
  assert.deepEqual(
    slices.map(({ records, damaged }) => [[...records.offsets], damaged.map(({ first }) => first)]),
    [
      [
        [3, 4],
        [0, 5],
      ],
      [[10, 11], [20]],
    ],
  )
  assert.deepEqual(
    [...recordSlices(fetchOf([], 1, all))].map(({ damaged }) => damaged),
    [all],
  )
  assert.deepEqual([...recordSlices(fetchOf([], 1))], [])
})
