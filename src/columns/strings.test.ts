import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compareUtf8, Strings } from './strings.ts'

/** Well-formed text, with prefixes in common and code points from each side of the surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('a', 'é', '\u07FF', '\u0800', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{103FF}', '\u{10400}', '\u{10FFFF}'))
    .map(units => units.join('')),
)
const bytes = (value: string) => Buffer.from(value)

test('strings are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, text, (prefix, left, right) => {
      assert.equal(compareUtf8(prefix + left, prefix + right), Buffer.compare(bytes(left), bytes(right)))
    }),
    { numRuns: 2000 },
  )
})

test('the order is not that of UTF-16 units', () => {
  assert.deepEqual(['\uE000', '\u{10000}'].sort(), ['\u{10000}', '\uE000'])
  assert.equal(compareUtf8('\uE000', '\u{10000}'), -1)
  assert.equal(compareUtf8('\u{10000}', '\uFFFF'), 1)
  assert.equal(compareUtf8('', ''), 0)
  assert.equal(compareUtf8('', 'a'), -1)
})

test('a text has one id, and an id its text', () => {
  fc.assert(
    fc.property(fc.array(text), texts => {
      const strings = new Strings()
      const ids = texts.map(one => strings.idOf(one))
      assert.equal(strings.size, new Set(texts).size)
      assert.deepEqual(
        ids.map(id => strings.textOf(id)),
        texts,
      )
      assert.deepEqual(
        texts.map(one => strings.find(one)),
        ids,
      )
      assert.deepEqual(
        texts.map(one => strings.idOf(one)),
        ids,
      )
      for (const id of ids) assert.ok(id >= 0 && id < strings.size)
    }),
  )
})

test('a text never seen has no id, also when it is the name of a property', () => {
  const strings = new Strings()
  for (const unseen of ['', 'a', '__proto__', 'constructor']) assert.equal(strings.find(unseen), -1)
  assert.equal(strings.size, 0)
})

test('ids are ordered by their texts', () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      const strings = new Strings()
      assert.equal(strings.compare(strings.idOf(left), strings.idOf(right)), Buffer.compare(bytes(left), bytes(right)))
    }),
  )
})
