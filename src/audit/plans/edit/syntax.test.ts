import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../../../../test/sources/files.ts'
import { hasComment, parseFile, stringValue } from './syntax.ts'

const uses = (text: string) => parseFile('a.ts', text)!.names.map(({ name, isMember }) => (isMember ? `.${name}` : name))

test('every name of this repository stands at its offset', () => {
  const files = textFiles().filter(({ path }) => path.endsWith('.ts') && path.startsWith('examples/'))
  let compared = 0
  for (const { path, text } of files)
    for (const { name, start } of parseFile(path, text)!.names) {
      assert.equal(text.slice(start, start + name.length), name, path)
      compared++
    }
  assert.ok(compared > 1_000, `${compared} in ${files.length} files`)
})

test('members and keys are no variables', () => {
  assert.deepEqual(uses('a.b[c]'), ['a', '.b', 'c'])
  assert.deepEqual(uses('x({ a: b, [c]: d, e() {} })'), ['x', '.a', 'b', 'c', 'd', '.e'])
  assert.deepEqual(uses('interface I { a: number }'), ['I', '.a'])
  assert.deepEqual(new Set(uses('x({ a })')), new Set(['x', 'a']))
})

test('offsets count UTF-16 units, behind a byte order mark and the line for the shell', () => {
  for (const text of ['\ufeffconst é = "😀"; f("x")', '#!/usr/bin/env node\nconst é = "😀"; f("x")']) {
    const [call] = parseFile('a.ts', text)!.calls
    assert.equal(text.slice(call.start, call.end), 'f("x")')
  }
})

test('rejects wrong syntax, and types in JavaScript', () => {
  for (const text of ["'a", '/* a', '`${', 'f({ a: 1', 'const']) assert.equal(parseFile('a.ts', text), undefined, text)
  assert.equal(parseFile('a.js', 'const a: number = 1'), undefined)
  assert.ok(parseFile('a.js', 'const a = 1'))
})

test('values of strings, and comments in a range', () => {
  const values = (text: string) => stringValue(parseFile('a.ts', `f(${text})`)!.calls[0].arguments[0])
  assert.deepEqual(["'a'", '"a"', '`a`', "'\\x61'", '`${a}`', 'a', '1'].map(values), ['a', 'a', 'a', 'a', undefined, undefined, undefined])
  const file = parseFile('a.ts', 'f(/* b */ c)')!
  assert.deepEqual([hasComment(file, { start: 0, end: 12 }), hasComment(file, { start: 3, end: 12 })], [true, false])
})
