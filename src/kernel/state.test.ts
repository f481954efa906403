import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Arena } from './arena.ts'
import { splitSlices, StateReader, StateWriter } from './state.ts'

const header = { layout: [7, -7], from: 2, to: 4, slots: 9, sequence: 12.5 } as const
const stateError = { code: 'SPILL_STATE' }

function sliceOf(...write: ((to: StateWriter) => void)[]): Uint8Array {
  const writer = new StateWriter()
  for (const part of write) part(writer)
  return writer.finish(header)
}

test('a reader returns what was written, in order, and nothing more', () => {
  const many = Float64Array.from({ length: 3000 }, (_, i) => i / 2)
  const reader = new StateReader(
    sliceOf(
      to => to.number(-0.5),
      to => to.count(3),
      to => to.numbers(many, 1, 2999),
      to => to.count(0),
    ),
  )
  assert.deepEqual(reader.header, header)
  assert.equal(reader.number(), -0.5)
  assert.equal(reader.maxEntriesLeft(2), 1499, 'half of 2,999, whole entries')
  assert.equal(reader.count(3), 3)
  const numbers = new Float64Array(3000)
  reader.numbers(numbers, 1, 2998)
  assert.deepEqual(numbers.subarray(1, 2999), many.subarray(1, 2999))
  assert.equal(reader.maxEntriesLeft(1), 1)
  assert.throws(() => reader.end(), stateError)
  assert.throws(() => reader.numbers(numbers, 0, 2), stateError)
  reader.number()
  assert.throws(() => reader.number(), stateError)
  assert.throws(() => reader.end(), stateError)
  reader.count(0)
  reader.end()
  assert.throws(() => reader.count(5), stateError)
})

test('a slice has room for any number of counts and numbers', () => {
  const many = Array.from({ length: 5000 }, (_, i) => i)
  const writeEach = (to: StateWriter) => {
    for (const i of many) {
      to.count(i)
      to.number(i + 0.5)
    }
  }
  const reader = new StateReader(sliceOf(writeEach))
  for (const i of many) assert.deepEqual([reader.count(5000), reader.number()], [i, i + 0.5])
  reader.end()
})

test('slices can be concatenated, and an incomplete slice is an error', () => {
  const writer = new StateWriter()
  const slices = [0, 1, 2, 5].map(length => {
    for (let i = 0; i < length; i++) writer.count(length)
    writer.number(length)
    writer.number(-length)
    return writer.finish(header).slice()
  })
  const bytes = Uint8Array.from(slices.flatMap(slice => [...slice]))
  const parts = splitSlices(bytes)
  assert.deepEqual(parts, slices)
  parts.forEach((slice, i) => {
    const reader = new StateReader(slice)
    const length = [0, 1, 2, 5][i]
    assert.equal(reader.number(), length)
    assert.equal(reader.number(), -length)
    for (let count = 0; count < length; count++) assert.equal(reader.count(5), length)
    reader.end()
  })
  assert.deepEqual(splitSlices(new Uint8Array(0)), [])
  const ends = new Set(slices.map((_, i) => slices.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0)))
  for (let length = 1; length < bytes.length; length++)
    if (!ends.has(length)) assert.throws(() => splitSlices(bytes.subarray(0, length)), stateError, String(length))
  for (const [numbers, counts] of [
    [-1, 0],
    [2, -1],
    [-1, -1],
  ]) {
    const negative = slices[0].slice()
    new Int32Array(negative.buffer, 28, 2).set([numbers, counts])
    assert.throws(() => splitSlices(negative), stateError, `${numbers} numbers, ${counts} counts`)
  }
})

test('a slice is read alike wherever it begins in a buffer', () => {
  const slice = sliceOf(
    to => to.number(0.5),
    to => to.number(-3),
    to => to.count(2),
  )
  for (let offset = 0; offset <= 72; offset++) {
    const bytes = new Uint8Array(offset + slice.length)
    bytes.set(slice, offset)
    const reader = new StateReader(bytes.subarray(offset))
    assert.deepEqual([reader.header, reader.number(), reader.number(), reader.count(2)], [header, 0.5, -3, 2], `at byte ${offset}`)
    reader.end()
  }
})

test('a slice without slots is a header alone, also at the end of the bytes', () => {
  const none = { ...header, to: header.from }
  const bytes = new StateWriter().finish(none).slice()
  const slices = splitSlices(Uint8Array.of(...bytes, ...bytes))
  assert.deepEqual(slices, [bytes, bytes])
  for (const slice of slices) {
    const reader = new StateReader(slice)
    assert.deepEqual(reader.header, none)
    reader.end()
  }
  assert.throws(() => new StateReader(bytes.subarray(0, bytes.length - 1)), stateError)
})

test('a count above its limit is an error', () =>
  assert.throws(
    () =>
      new StateReader(
        sliceOf(
          to => to.count(4),
          to => to.numbers(new Float64Array(2), 0, 2),
        ),
      ).count(3),
    stateError,
  ))

test('a list is restored as saved, and rejected if its entries are out of order', () => {
  for (const times of [[1], [1, 2, 2, 9], [3, 1], [1, 2, 9, 3], [1, NaN, 2]]) {
    const saved = new Arena(2)
    saved.grow(1)
    for (const time of times) saved.data[saved.open(0, 0) * 2] = time
    const reader = new StateReader(sliceOf(to => saved.save(0, to)))
    const restored = new Arena(2)
    restored.grow(3)
    // Another list stands before it, later than all of its entries.
    restored.data[restored.open(1, 0) * 2] = 100
    const isInOrder = times.every((time, i) => i === 0 || times[i - 1] <= time)
    if (!isInOrder) assert.throws(() => restored.load(2, reader), stateError, String(times))
    else {
      restored.load(2, reader)
      assert.deepEqual(
        times.map((_, i) => restored.data[(restored.from(2) + i) * 2]),
        times,
      )
      assert.equal(restored.length(2), times.length)
    }
  }
})
