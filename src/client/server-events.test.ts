import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import { ServerEventParser } from './follow.ts'

const parseAll = (pieces: readonly string[]) => {
  const events = new ServerEventParser()
  return pieces.flatMap(piece => events.parse(piece))
}

const text = [
  'retry: 1000\nretry: soon\nid: 12\n\n',
  ':\n\n',
  'id: 12.0\nevent: decision\ndata: {"a":1}\n\n',
  ': a comment\ndata:one\ndata:  two\ndata\nnobody: knows\n\n',
  'event: lost without data\n\n',
  'id\ndata: é\n\n',
  'data: without an end\n',
].join('')
const expected = [
  { id: '12', event: '', data: '', retryMs: 1000 },
  { id: '12.0', event: 'decision', data: '{"a":1}', retryMs: 1000 },
  { id: '12.0', event: '', data: 'one\n two\n', retryMs: 1000 },
  { id: '', event: '', data: 'é', retryMs: 1000 },
]

test('events end at an empty line, for any line ending and any chunks', () => {
  for (const end of ['\n', '\r\n', '\r'])
    for (let size = 1; size < 40; size++) {
      const ended = text.replaceAll('\n', end)
      const pieces = ended.match(new RegExp(`[^]{1,${size}}`, 'g'))!
      assert.deepEqual(parseAll(pieces), expected, `${JSON.stringify(end)} in pieces of ${size}`)
    }
})

test('an event without an end is an error at the limit', () => {
  const piece = 'x'.repeat(limits.CLIENT_EVENT_CHARS_MAX / 4)
  assert.throws(() => parseAll(['data: ', piece, piece, piece, piece]), { code: 'SPILL_LIMIT' })
  assert.throws(() => parseAll([piece, piece, piece, piece].map(part => `data: ${part}\n`).concat('data: x')), { code: 'SPILL_LIMIT' })
  assert.equal(parseAll([`data: ${piece}\n\n`, `data: ${piece}\n\n`, piece, piece]).length, 2)
})
