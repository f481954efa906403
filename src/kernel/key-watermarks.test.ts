import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyWatermarks } from './key-watermarks.ts'

const reads = (slots: number[], asOf: number[], upto: number[]) => ({
  slots: Int32Array.from(slots),
  asOf: Float64Array.from(asOf),
  upto: Int32Array.from(upto),
})

test('a watermark is raised by earlier events and reads of its key', () => {
  const floors = new KeyWatermarks()
  floors.grow(2)
  const floor = Float64Array.of(10, 5, 7, 30, 8)
  const asked = reads([0, 1], [20, 1], [2, 3])
  assert.equal(floors.advance(Int32Array.of(0, 0, 0, -1, 1), floor, asked), undefined)
  assert.deepEqual([...floor], [10, 10, 20, 30, 8])
  const later = Float64Array.of(1, 1)
  floors.advance(Int32Array.of(0, 1), later, reads([], [], []))
  assert.deepEqual([...later], [20, 8])
})

test('a read below its watermark is removed; a read at it, of an unknown key or of a different key is not', () => {
  const floors = new KeyWatermarks()
  floors.grow(2)
  const asked = reads([0, 0, -1, 1, 0], [9, 10, 0, 3, 10], [1, 1, 1, 1, 1])
  assert.deepEqual([...floors.advance(Int32Array.of(0), Float64Array.of(10), asked)!], [1, 0, 0, 0, 0])
  assert.deepEqual([...asked.slots], [-1, 0, -1, 1, 0])
})

test('a new slot has no watermark', () => {
  const floors = new KeyWatermarks()
  floors.grow(1)
  floors.advance(new Int32Array(0), new Float64Array(0), reads([0], [50], [0]))
  floors.grow(40)
  const asked = reads([39, 0], [-1000, 49], [0, 0])
  assert.deepEqual([...floors.advance(new Int32Array(0), new Float64Array(0), asked)!], [0, 1])
  assert.ok(floors.bytes >= 40 * 8)
})
