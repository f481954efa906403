import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader, ByteWriter } from './bytes.ts'

test('texts of every length and script come back, one behind the other', () => {
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

test('half of a surrogate pair is written as what stands for it', () => {
  const writer = new ByteWriter()
  writer.text('a\ud83d')
  assert.equal(new ByteReader(writer.finish(), 'texts').text(), 'a\ufffd')
})
