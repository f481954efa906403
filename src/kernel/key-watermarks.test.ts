import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyWatermarks } from './key-watermarks.ts'

const reads = (slots: number[], asOf: number[], upto: number[]) => ({
  slots: Int32Array.from(slots),
  asOf: Float64Array.from(asOf),
  upto: Int32Array.from(upto),
})

test('a watermark is raised by earlier events and reads of its key', () => {
  const watermarks = new KeyWatermarks()
  watermarks.grow(2)
  const raised = Float64Array.of(10, 5, 7, 30, 8)
  const queries = reads([0, 1], [20, 1], [2, 3])
  assert.equal(watermarks.advance(Int32Array.of(0, 0, 0, -1, 1), raised, queries), undefined)
  assert.deepEqual([...raised], [10, 10, 20, 30, 8])
  const later = Float64Array.of(1, 1)
  watermarks.advance(Int32Array.of(0, 1), later, reads([], [], []))
  assert.deepEqual([...later], [20, 8])
})

test('a read below its watermark is removed; a read at it, of an unknown key or of a different key is not', () => {
  const watermarks = new KeyWatermarks()
  watermarks.grow(2)
  const queries = reads([0, 0, -1, 1, 0], [9, 10, 0, 3, 10], [1, 1, 1, 1, 1])
  assert.deepEqual([...watermarks.advance(Int32Array.of(0), Float64Array.of(10), queries)!], [1, 0, 0, 0, 0])
  assert.deepEqual([...queries.slots], [-1, 0, -1, 1, 0])
})

test('a new slot has no watermark', () => {
  const watermarks = new KeyWatermarks()
  watermarks.grow(1)
  watermarks.advance(new Int32Array(0), new Float64Array(0), reads([0], [50], [0]))
  watermarks.grow(40)
  const queries = reads([39, 0], [-1000, 49], [0, 0])
  assert.deepEqual([...watermarks.advance(new Int32Array(0), new Float64Array(0), queries)!], [0, 1])
  assert.ok(watermarks.bytes >= 40 * 8)
})
