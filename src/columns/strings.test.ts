import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addText, type Hash64 } from '../base/hash.ts'
import { LONG_TEXT_BYTES } from './long-texts.ts'
import { NoRoomForText } from './strings-room.ts'
import { Strings } from './strings.ts'

/** Well-formed text, with prefixes in common and code points from each side of the surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('a', 'é', '\u07FF', '\u0800', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{103FF}', '\u{10400}', '\u{10FFFF}'))
    .map(units => units.join('')),
)
/** Texts on both sides of what is long. */
const anyLength = fc.oneof(
  text,
  fc.tuple(text, fc.integer({ min: LONG_TEXT_BYTES - 2, max: LONG_TEXT_BYTES + 2 })).map(([one, length]) => one + 'x'.repeat(length)),
  fc.tuple(fc.constantFrom('é', '日', '\u{10400}', '\ud83d'), fc.integer({ min: 300, max: 600 })).map(([one, times]) => one.repeat(times)),
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

test('a text that comes as bytes has the id that it has as text, and the bytes that it came with', () => {
  const long = fc.tuple(text, fc.nat(9)).map(([one, times]) => one.repeat(times))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(text, long), fc.boolean())), all => {
      const strings = new Strings()
      const given = Buffer.from(all.map(([one]) => one).join(''))
      let at = 0
      const ids = all.map(([one, asBytes]) => {
        const from = at
        at += bytes(one).length
        return asBytes ? strings.idOfBytes(given, from, at) : strings.idOf(one)
      })
      assert.equal(strings.size, new Set(all.map(([one]) => one)).size)
      for (const [i, [one]] of all.entries()) {
        const target = Buffer.alloc(strings.lengthOf(ids[i]) + 2, 7)
        strings.copy(ids[i], target, 1)
        assert.deepEqual(target, Buffer.concat([Buffer.of(7), bytes(one), Buffer.of(7)]))
        assert.equal(strings.textOf(ids[i]), one)
        assert.equal(strings.find(one), ids[i])
        assert.equal(strings.findBytes(bytes(one), 0, bytes(one).length), ids[i])
        assert.deepEqual(
          hashOf(hash => strings.addTo(hash, ids[i])),
          hashOf(hash => addText(hash, one)),
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

test('half of a surrogate pair is a text of its own, and no other', () => {
  const strings = new Strings()
  const texts = ['\ud83d', '\ude00', '\ufffd', '\ud83d\ude00', '\ude00\ud83d']
  const ids = texts.map(one => strings.idOf(one))
  assert.deepEqual(ids, [0, 1, 2, 3, 4])
  assert.deepEqual(
    ids.map(id => strings.textOf(id)),
    texts,
  )
  assert.deepEqual(
    texts.map(one => strings.find(one)),
    ids,
  )
  const copied = new Strings()
  for (const id of ids) {
    const target = Buffer.alloc(strings.lengthOf(id))
    strings.copy(id, target, 0)
    assert.equal(copied.textOf(copied.idOfBytes(target, 0, target.length)), texts[id])
  }
})

test('texts that were forgotten have no ids, and others get them', () => {
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

test('a few texts after many are forgotten like any', () => {
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

test('the newest texts are forgotten, and the others are as if those had never been', () => {
  const given = fc.array(fc.tuple(anyLength, fc.boolean(), fc.integer({ min: 0, max: 9 })), { maxLength: 60 })
  fc.assert(
    fc.property(given, all => {
      const strings = new Strings()
      let kept: string[] = []
      for (const [one, asBytes, forgotten] of all) {
        const id = asBytes && one.isWellFormed() ? strings.idOfBytes(bytes(one), 0, bytes(one).length) : strings.idOf(one)
        if (!kept.includes(one)) kept.push(one)
        assert.equal(id, kept.indexOf(one))
        if (forgotten < 3) {
          const gone = kept.slice(kept.length - forgotten)
          kept = kept.slice(0, kept.length - forgotten)
          strings.forgetFrom(kept.length)
          for (const text of gone) assert.equal(strings.find(text), -1)
        }
        assert.equal(strings.size, kept.length)
      }
      const fresh = new Strings()
      for (const [id, text] of kept.entries()) {
        assert.deepEqual([strings.find(text), strings.textOf(id), fresh.idOf(text)], [id, text, id])
        assert.equal(strings.lengthOf(id), fresh.lengthOf(id))
      }
      assert.equal(strings.bytes, fresh.bytes)
    }),
  )
})

test('without room a new text is an error that changes nothing, and known texts are found', () => {
  const long = (of: string) => of.repeat(LONG_TEXT_BYTES + 1)
  for (const last of ['c', long('c')]) {
    const strings = new Strings()
    for (const text of ['a', long('b'), last]) strings.idOf(text)
    const { size, bytes: before } = strings
    for (const bounds of [
      { texts: 3, bytes: Infinity },
      { texts: Infinity, bytes: before + 2 },
    ]) {
      strings.boundBy(bounds)
      for (const text of ['new', 'é'.repeat(40), long('n')]) {
        assert.throws(() => strings.idOf(text), NoRoomForText)
        assert.throws(() => strings.idOfBytes(bytes(text), 0, bytes(text).length), { code: 'SPILL_LIMIT' })
        assert.deepEqual([strings.find(text), strings.size, strings.bytes], [-1, size, before])
      }
    }
    assert.deepEqual(
      ['a', long('b'), last].map(text => strings.idOf(text)),
      [0, 1, 2],
    )
    strings.boundBy()
    assert.equal(strings.idOf('new'), 3)
  }
})
