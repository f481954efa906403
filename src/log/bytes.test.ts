import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import { ByteReader, ByteWriter } from './bytes.ts'

test('texts of every length and script round-trip', () => {
  const texts = ['', 'a', 'patient-0017', 'ü', 'abcü', '漢字', '👋🏽', 'a\u0000b', '\u007f', '\u0080']
  for (const length of [126, 127, 128, 129, 1000])
    texts.push('x'.repeat(length), `${'x'.repeat(length - 1)}é`, `é${'x'.repeat(length - 1)}`)
  const writer = new ByteWriter()
  for (const text of texts) writer.text(text)
  const bytes = writer.finish()
  const reader = new ByteReader(bytes, 'texts')
  for (const text of texts) assert.equal(reader.text(), text)
  assert.ok(reader.isAtEnd)
  const lengths = texts.map(text => new TextEncoder().encode(text).length)
  const prefixes = lengths.map(length => (length < 0x80 ? 1 : 2))
  assert.equal(
    bytes.length,
    [...lengths, ...prefixes].reduce((a, b) => a + b, 0),
  )
})

test('texts written by id equal texts written directly, and read back as ids', () => {
  const texts = ['', 'a', 'ü', '\ufeffmark', '漢字'.repeat(100), 'x'.repeat(1000)]
  const [strings, readStrings] = [new Strings(), new Strings()]
  const [plain, byId] = [new ByteWriter(), new ByteWriter()]
  for (const text of texts) {
    plain.text(text)
    byId.textById(strings, strings.idOf(text))
  }
  const bytes = byId.finish()
  assert.deepEqual(bytes, plain.finish())
  const reader = new ByteReader(bytes, 'texts')
  assert.deepEqual(
    texts.map(() => readStrings.textOf(reader.textId(readStrings))),
    texts,
  )
  assert.ok(reader.isAtEnd)
})

test('every read that needs more bytes than there are names the damage, and a whole one does not', () => {
  const reads: readonly [write: (to: ByteWriter) => void, read: (from: ByteReader) => unknown][] = [
    [to => to.varint(70_000), from => from.varint()],
    [to => to.double(0.5), from => from.double()],
    [to => to.text('north'), from => from.text()],
    [to => to.text('north'), from => from.textId(new Strings())],
    [to => to.raw(Uint8Array.of(1, 2, 3)), from => from.raw()],
    [to => to.array(Float64Array.of(1, 2)), from => from.array(Float64Array, 2)],
  ]
  for (const [write, read] of reads) {
    const writer = new ByteWriter()
    write(writer)
    const bytes = writer.finish()
    read(new ByteReader(bytes, 'a column'))
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => read(new ByteReader(bytes.slice(0, length), 'a column')), {
        code: 'SPILL_DATA',
        message: /^a column is damaged: it ends within \d+ bytes/,
      })
  }
})

test('rejects a text that is not UTF-8', () => {
  const writer = new ByteWriter()
  writer.raw(Uint8Array.of(0x61, 0xc3, 0x28))
  assert.throws(() => new ByteReader(writer.finish(), 'texts').textId(new Strings()), /texts is damaged: it has a text that is not UTF-8/)
})

test('writes half of a surrogate pair as the replacement character', () => {
  const writer = new ByteWriter()
  writer.text('a\ud83d')
  assert.equal(new ByteReader(writer.finish(), 'texts').text(), 'a\ufffd')
})
