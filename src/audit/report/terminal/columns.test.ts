import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { graphemesOf } from '../printable-text.ts'
import { hangingIndent, layOutRows, leftColumns, rightColumns, textTable, wrap } from './columns.ts'

test('texts are left-aligned and numbers right-aligned', () => {
  const lines = textTable(
    [...leftColumns('stage'), ...rightColumns('p95')],
    [
      ['ingestion', '3 s'],
      ['action', '15 min'],
    ],
  )
  assert.deepEqual(lines, ['stage         p95', 'ingestion     3 s', 'action     15 min'])
})

test('wraps the widest text first', () => {
  const rows = layOutRows(
    [...leftColumns('a', 'b'), ...rightColumns('c')],
    [['a text of many words that has no room', 'short', '1,234']],
    40,
  )
  assert.deepEqual(rows[1], ['a text of many words that   short  1,234', 'has no room'])
})

test('breaks lines at spaces, and words only if necessary', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrap('  indented text', 10), ['  indented', '  text'])
  assert.deepEqual(wrap('abcdefghij k', 4), ['abcd', 'efgh', 'ij k'])
  assert.deepEqual(wrap('a\nb', 4), ['a', 'b'])
  assert.deepEqual(wrap('', 4), [''])
  assert.deepEqual(hangingIndent('note: ', 'one two three', 13), ['note: one two', '      three'])
})

test('no line is too wide, and no word is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 3, max: 40 }), (text, width) => {
      const lines = wrap(text.trimStart(), width)
      for (const line of lines) assert.ok(graphemesOf(line).length <= width, line)
      assert.equal(lines.join('').replaceAll(/[ \n]/g, ''), text.replaceAll(/[ \n]/g, '').trimStart())
    }),
  )
})
