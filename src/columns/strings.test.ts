import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addText, type Hash64 } from '../base/hash.ts'
import { LONG_TEXT_BYTES, TextLimitError } from './text-storage.ts'
import { Strings } from './strings.ts'

/** Well-formed text with common prefixes and code points on each side of the surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('a', 'é', '\u07FF', '\u0800', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{103FF}', '\u{10400}', '\u{10FFFF}'))
    .map(units => units.join('')),
)
/** Texts on both sides of `LONG_TEXT_BYTES`. */
const anyLength = fc.oneof(
  text,
  fc.tuple(text, fc.integer({ min: LONG_TEXT_BYTES - 2, max: LONG_TEXT_BYTES + 2 })).map(([item, length]) => item + 'x'.repeat(length)),
  fc
    .tuple(fc.constantFrom('é', '日', '\u{10400}', '\ud83d'), fc.integer({ min: 300, max: 600 }))
    .map(([item, times]) => item.repeat(times)),
)
const bytes = (value: string) => Buffer.from(value)

const order = (left: string, right: string) => {
  const strings = new Strings()
  return strings.compare(strings.idOf(left), strings.idOf(right))
}

test('strings are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, text, (prefix, left, right) => {
      assert.equal(order(prefix + left, prefix + right), Buffer.compare(bytes(prefix + left), bytes(prefix + right)))
      const long = 'x'.repeat(LONG_TEXT_BYTES) + prefix
      assert.equal(order(long + left, long + right), Buffer.compare(bytes(left), bytes(right)))
      assert.equal(order(long, left), Buffer.compare(bytes(long), bytes(left)))
    }),
    { numRuns: 2000 },
  )
})

test('the order is not that of UTF-16 units', () => {
  assert.deepEqual(['\uE000', '\u{10000}'].sort(), ['\u{10000}', '\uE000'])
  assert.equal(order('\uE000', '\u{10000}'), -1)
  assert.equal(order('\u{10000}', '\uFFFF'), 1)
  assert.equal(order('', ''), 0)
  assert.equal(order('', 'a'), -1)
})

test('a text has one id, and an id its text', () => {
  fc.assert(
    fc.property(fc.array(anyLength), texts => {
      const strings = new Strings()
      const ids = texts.map(item => strings.idOf(item))
      assert.equal(strings.size, new Set(texts).size)
      assert.deepEqual(
        ids.map(id => strings.textOf(id)),
        texts,
      )
      assert.deepEqual(
        texts.map(item => strings.find(item)),
        ids,
      )
      assert.deepEqual(
        texts.map(item => strings.idOf(item)),
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

test('a text as bytes has the same id as the string, and the same bytes', () => {
  const long = fc.tuple(text, fc.nat(9)).map(([item, times]) => item.repeat(times))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(text, long), fc.boolean())), all => {
      const strings = new Strings()
      const operations = Buffer.from(all.map(([item]) => item).join(''))
      let at = 0
      const ids = all.map(([item, asBytes]) => {
        const from = at
        at += bytes(item).length
        return asBytes ? strings.idOfBytes(operations, from, at) : strings.idOf(item)
      })
      assert.equal(strings.size, new Set(all.map(([item]) => item)).size)
      for (const [i, [item]] of all.entries()) {
        const target = Buffer.alloc(strings.lengthOf(ids[i]) + 2, 7)
        strings.copy(ids[i], target, 1)
        assert.deepEqual(target, Buffer.concat([Buffer.of(7), bytes(item), Buffer.of(7)]))
        assert.equal(strings.textOf(ids[i]), item)
        assert.equal(strings.find(item), ids[i])
        assert.equal(strings.findBytes(bytes(item), 0, bytes(item).length), ids[i])
        assert.deepEqual(
          hashOf(hash => strings.addTo(hash, ids[i])),
          hashOf(hash => addText(hash, item)),
        )
      }
    }),
  )
})

function hashOf(add: (hash: Hash64) => void): Hash64 {
  const hash = { high: 1, low: 2 }
  add(hash)
  return hash
}

test('half a surrogate pair is a text of its own', () => {
  const strings = new Strings()
  const texts = ['\ud83d', '\ude00', '\ufffd', '\ud83d\ude00', '\ude00\ud83d']
  const ids = texts.map(item => strings.idOf(item))
  assert.deepEqual(ids, [0, 1, 2, 3, 4])
  assert.deepEqual(
    ids.map(id => strings.textOf(id)),
    texts,
  )
  assert.deepEqual(
    texts.map(item => strings.find(item)),
    ids,
  )
  const copied = new Strings()
  for (const id of ids) {
    const target = Buffer.alloc(strings.lengthOf(id))
    strings.copy(id, target, 0)
    assert.equal(copied.textOf(copied.idOfBytes(target, 0, target.length)), texts[id])
  }
})

test('removed texts have no ids, and new texts get them', () => {
  const strings = new Strings()
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 1000; i++) assert.equal(strings.idOf(`${round} ${i}`), i)
    assert.equal(strings.find('0 7'), round === 0 ? 7 : -1)
    assert.equal(strings.idOf('x'.repeat(1 << 22)), 1000)
    strings.clear()
    assert.equal(strings.size, 0)
    assert.equal(strings.find(`${round} 7`), -1)
    assert.equal(strings.has(0), false)
  }
})

test('a few texts after many are removed too', () => {
  const strings = new Strings()
  for (let i = 0; i < 2000; i++) strings.idOf(`many ${i}`)
  strings.clear()
  for (let round = 0; round < 300; round++) {
    const texts = Array.from({ length: 1 + (round % 40) }, (_, i) => `few ${round % 7} ${i}`)
    for (const [id, text] of texts.entries()) assert.equal(strings.find(text), -1, `${text} in round ${round}, before it is text ${id}`)
    assert.deepEqual(
      texts.map(text => strings.idOf(text)),
      [...texts.keys()],
    )
    assert.deepEqual(
      texts.map(text => strings.find(text)),
      [...texts.keys()],
    )
    strings.clear()
  }
})

test('removing the newest texts leaves the others as if they had never been added', () => {
  const operations = fc.array(fc.tuple(anyLength, fc.boolean(), fc.integer({ min: 0, max: 9 })), { maxLength: 60 })
  fc.assert(
    fc.property(operations, all => {
      const strings = new Strings()
      let remaining: string[] = []
      for (const [item, asBytes, forgotten] of all) {
        const id = asBytes && item.isWellFormed() ? strings.idOfBytes(bytes(item), 0, bytes(item).length) : strings.idOf(item)
        if (!remaining.includes(item)) remaining.push(item)
        assert.equal(id, remaining.indexOf(item))
        if (forgotten < 3) {
          const gone = remaining.slice(remaining.length - forgotten)
          remaining = remaining.slice(0, remaining.length - forgotten)
          strings.forgetFrom(remaining.length)
          for (const text of gone) assert.equal(strings.find(text), -1)
        }
        assert.equal(strings.size, remaining.length)
      }
      const fresh = new Strings()
      for (const [id, text] of remaining.entries()) {
        assert.deepEqual([strings.find(text), strings.textOf(id), fresh.idOf(text)], [id, text, id])
        assert.equal(strings.lengthOf(id), fresh.lengthOf(id))
      }
      assert.equal(strings.bytes, fresh.bytes)
    }),
  )
})

test('beyond the limit a new text is an error that changes nothing, and known texts are found', () => {
  const long = (of: string) => of.repeat(LONG_TEXT_BYTES + 1)
  for (const last of ['c', long('c')]) {
    const strings = new Strings()
    for (const text of ['a', long('b'), last]) strings.idOf(text)
    const { size, bytes: before } = strings
    for (const bounds of [
      { texts: 3, bytes: Infinity },
      { texts: Infinity, bytes: before + 2 },
    ]) {
      strings.setLimits(bounds)
      for (const text of ['new', 'é'.repeat(40), long('n')]) {
        assert.throws(() => strings.idOf(text), TextLimitError)
        assert.throws(() => strings.idOfBytes(bytes(text), 0, bytes(text).length), { code: 'SPILL_LIMIT' })
        assert.deepEqual([strings.find(text), strings.size, strings.bytes], [-1, size, before])
      }
    }
    assert.deepEqual(
      ['a', long('b'), last].map(text => strings.idOf(text)),
      [0, 1, 2],
    )
    strings.setLimits()
    assert.equal(strings.idOf('new'), 3)
  }
})
