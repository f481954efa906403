import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceOf, numbers } from '../../test/postgres/numbers-run.ts'
import { Fault } from './rejection.ts'
import { lastNumberOf, rawFormOf, rawJsonText, recordBatchOf, sliceRecordBatch, type RecordBatch } from './record-batch.ts'

test('a record without raw bytes keeps the numbers that JSON lacks', () => {
  assert.equal(
    rawJsonText({ a: 2n ** 60n, b: NaN, c: -Infinity, d: 1.5, e: null }),
    '{"a":"1152921504606846976","b":"NaN","c":"-Infinity","d":1.5,"e":null}',
  )
})

test('the raw form follows from the origin; NDJSON needs none', () => {
  const origin = { placeOf: String, text: false, tabular: false, zoneless: new Set<string>() }
  assert.equal(rawFormOf(origin), undefined)
  assert.deepEqual(rawFormOf(origin, 0), { row: 0 })
  assert.deepEqual(rawFormOf({ ...origin, tabular: true, zoneless: new Set(['at']) }), { tabular: true, zoneless: ['at'] })
  assert.deepEqual(rawFormOf({ ...origin, tabular: true, text: true }), { csv: true })
})

/** Records 10, 12 and 14; 9, 13 and 15 could not be decoded. */
function batchOfSix(): RecordBatch {
  const numberOf = (index: number) => 10 + index * 2
  const undecodableNumbers = [15, 9, 13]
  return {
    ...recordBatchOf(['a', undefined, 'c']),
    numberOf,
    rawOf: index => `raw ${numberOf(index)}`,
    inexact: new Map([
      [0, new Map([['n', '1']])],
      [2, new Map([['n', '3']])],
    ]),
    cells: {
      source: sourceOf(numbers),
      bytes: new Uint8Array(1),
      isRead: Uint8Array.of(0, 1, 0),
      values: Float64Array.of(0, 0, 0, 1, 2, 3, 0, 0, 0),
      valueOf: index => `cells ${numberOf(index)}`,
    },
    undecodable: undecodableNumbers.map(number => new Fault('no JSON').at(`line ${number}`, '')),
    undecodableNumbers,
  }
}

test('the greatest number of a batch is that of a decoded or an undecodable record', () => {
  assert.equal(lastNumberOf(batchOfSix()), 15)
  assert.equal(lastNumberOf({ ...batchOfSix(), records: [] }), 15)
  assert.equal(lastNumberOf({ ...batchOfSix(), undecodable: [], undecodableNumbers: [] }), 14)
  assert.equal(lastNumberOf(recordBatchOf([])), 0)
})

test('a slice of a batch has every part of its records, and the undecodable records among them', () => {
  const slice = sliceRecordBatch(batchOfSix(), 10)
  const { records, inexact, cells, undecodable, undecodableNumbers, origin } = slice
  assert.deepEqual(records, [undefined, 'c'])
  assert.deepEqual([slice.numberOf(0), slice.numberOf(1), slice.rawOf(1)], [12, 14, 'raw 14'])
  assert.deepEqual([...inexact!.keys()], [1])
  assert.deepEqual([[...cells!.isRead], [...cells!.values], cells!.valueOf(0)], [[1, 0], [1, 2, 3, 0, 0, 0], 'cells 12'])
  assert.deepEqual(
    [undecodable.map(({ place }) => place), undecodableNumbers],
    [
      ['line 15', 'line 13'],
      [15, 13],
    ],
  )
  assert.equal(origin.placeOf(1), 'row 1')
})

test('a slice may end before the end of its batch', () => {
  const slice = sliceRecordBatch(batchOfSix(), 9, 13)
  assert.deepEqual([slice.records, slice.undecodableNumbers, [...slice.inexact!.keys()]], [['a', undefined], [13], [0]])
  assert.deepEqual([slice.numberOf(1), slice.rawOf(0)], [12, 'raw 10'])
  const batch = batchOfSix()
  assert.equal(sliceRecordBatch(batch, 8, 15), batch)
})

test('a slice may have undecodable records alone, or everything', () => {
  const tail = sliceRecordBatch(batchOfSix(), 14)
  assert.deepEqual([tail.records, tail.undecodableNumbers, [...tail.cells!.isRead]], [[], [15], []])
  const batch = batchOfSix()
  assert.equal(sliceRecordBatch(batch, 8), batch)
  assert.deepEqual(sliceRecordBatch(batch, 9).undecodableNumbers, [15, 13])
  const { undecodableNumbers: _, ...unnumbered } = batch
  assert.equal(sliceRecordBatch(unnumbered, 14).undecodable.length, 3)
})
