import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Strings } from '../columns/strings.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { DictionaryBuilder, readColumn, readNumbers, writeColumn, writeNumbers } from './column-codec.ts'

const encodeNumbers = (values: Float64Array | Int32Array | Uint8Array): Uint8Array => {
  const writer = new ByteWriter()
  writeNumbers(writer, values, values.length)
  return writer.finish()
}
const integers = [0, -0, 1, -5, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]

test('a single number round-trips to the bit', () => {
  for (const value of [...integers, 0.1, -1e300, 2 ** 53, Infinity, NaN]) {
    const [decoded] = readNumbers(new ByteReader(encodeNumbers(Float64Array.of(value)), 'a number'), 1)
    assert.ok(Object.is(decoded, value), `${value} was read as ${decoded}`)
  }
})

test('a single integer is encoded like a constant column', () => {
  for (const value of integers)
    assert.deepEqual(encodeNumbers(Float64Array.of(value)), encodeNumbers(Float64Array.of(value, value)), String(value))
  assert.deepEqual(encodeNumbers(Int32Array.of(-7)), encodeNumbers(Float64Array.of(-7)))
  assert.deepEqual(encodeNumbers(Uint8Array.of(7)), encodeNumbers(Float64Array.of(7)))
})

test('any other number is a double, after its form and aligned to eight bytes', () => {
  const bytes = encodeNumbers(Float64Array.of(0.1))
  assert.equal(bytes.length, 16)
  assert.equal(new DataView(bytes.buffer).getFloat64(8, true), 0.1)
  assert.equal(bytes[0], encodeNumbers(Float64Array.of(0.1, 0.2))[0])
})

test('reads each of several columns alone, and reuses the scratch writer', () => {
  const [out, scratch, strings] = [new ByteWriter(), new ByteWriter(), new Strings()]
  const columns = [
    { values: Float64Array.of(0.5) },
    { values: Float64Array.from({ length: 300 }, (_, row) => row / 7) },
    { values: Float64Array.of(0), nulls: Uint8Array.of(1) },
    { values: Int32Array.of(strings.idOf('north'), strings.idOf('south'), strings.idOf('north')) },
  ]
  for (const column of columns)
    writeColumn(out, column, column.values.length, scratch, column.values instanceof Int32Array ? strings : undefined)
  const reader = new ByteReader(out.finish(), 'columns')
  for (const { values, ...nulls } of columns) {
    const isText = values instanceof Int32Array
    assert.deepEqual(readColumn(new ByteReader(reader.raw(), 'a column'), values.length, isText ? strings : undefined), {
      values,
      ...nulls,
    })
  }
  assert.ok(reader.isAtEnd)
})

test('a single text or NULL is encoded like a constant column', () => {
  const strings = new Strings()
  const bytesOf = (ids: readonly number[], nulls?: readonly number[]): Uint8Array => {
    const [out, scratch] = [new ByteWriter(), new ByteWriter()]
    writeColumn(out, { values: Int32Array.from(ids), nulls: nulls && Uint8Array.from(nulls) }, ids.length, scratch, strings)
    return out.finish()
  }
  for (const id of [strings.idOf('north'), strings.idOf(''), strings.idOf('ü'.repeat(200))])
    assert.deepEqual(bytesOf([id]), bytesOf([id, id]))
  const [alone, twice] = [bytesOf([0], [1]), bytesOf([0, 0], [1, 1])]
  // The length is one byte greater for the second row's NULL flag.
  assert.deepEqual([...alone], [twice[0] - 1, 1, 1, ...twice.subarray(4)])
})

test('a text number of no text is damage', () => {
  const strings = new Strings()
  const columnOf = (...codes: readonly number[]): ByteReader => {
    const writer = new ByteWriter()
    writer.varint(0)
    writer.varint(2)
    for (const text of ['north', 'south']) writer.textById(strings, strings.idOf(text))
    writeNumbers(writer, Float64Array.from(codes), codes.length)
    return new ByteReader(writer.finish(), 'column city')
  }
  const { values } = readColumn(columnOf(1, 0), 2, strings)
  assert.deepEqual(
    Array.from(values, id => strings.textOf(id)),
    ['south', 'north'],
  )
  for (const code of [2, -1, NaN])
    assert.throws(() => readColumn(columnOf(0, code), 2, strings), {
      code: 'SPILL_DATA',
      message: new RegExp(`city.*has a text number ${code} of 2`),
    })
})

test('codes follow the order of first occurrence, also after reuse', () => {
  const dictionary = new DictionaryBuilder()
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat())), numbers => {
      dictionary.clear(numbers.length)
      const all = [...new Set(numbers)]
      assert.deepEqual(
        numbers.map(number => dictionary.codeOf(number)),
        numbers.map(number => all.indexOf(number)),
      )
      assert.equal(dictionary.count, all.length)
      assert.deepEqual(
        all.map((_, code) => dictionary.valueAt(code)),
        all,
      )
    }),
  )
})

test('has room for the declared capacity', () => {
  const dictionary = new DictionaryBuilder()
  for (const capacity of [1, 16, 17, 1000]) {
    dictionary.clear(capacity)
    for (let number = 0; number < capacity; number++) assert.equal(dictionary.codeOf(number * 1024), number)
    for (let number = 0; number < capacity; number++) assert.equal(dictionary.codeOf(number * 1024), number)
  }
})

test('each form of numbers begins with its own byte, which is part of the format', () => {
  const forms: [values: number[], form: number][] = [
    [[7, 7], 0],
    [[7, 8], 1],
    [[7, 7 + 255], 1],
    [[7, 7 + 256], 2],
    [[7, 7 + 65_535], 2],
    [[7, 7 + 65_536], 3],
    [[7, 7 + 2 ** 32 - 1], 3],
    [[7, 7 + 2 ** 32], 4],
    [[7, 2 ** 40], 4],
    [[7, 0.5], 4],
  ]
  for (const [values, form] of forms) {
    const bytes = encodeNumbers(Float64Array.from(values))
    assert.equal(bytes[0], form, String(values))
    assert.deepEqual([...readNumbers(new ByteReader(bytes, 'numbers'), values.length)], values)
  }
})
