import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../../../../test/sources/files.ts'
import { parseModule, walk } from '../../../../test/sources/syntax.ts'
import { closingBracket, lineAt, stringValue, tokenize } from './tokens.ts'

const texts = (text: string) => tokenize(text)?.map(token => token.text)

test('tokens of this repository equal those of a parser', () => {
  let compared = 0
  const files = textFiles().filter(({ path }) => path.endsWith('.ts') && /^(src|examples)\//.test(path))
  for (const file of files) {
    const tokens = tokenize(file.text)
    assert.ok(tokens, file.path)
    const starts = new Map(tokens.map(token => [token.start, token]))
    walk(parseModule(file).program, node => {
      if (!['Identifier', 'Literal', 'TemplateLiteral', 'TSTemplateLiteralType'].includes(node.type)) return true
      const { start, end } = node
      const token = starts.get(start)
      const isThere = token !== undefined && (node.type === 'Identifier' || token.end === end)
      if (!isThere) assert.fail(`${file.path}:${lineAt(file.text, start)} ${file.text.slice(start, end)}, and not ${token?.text}`)
      compared++
      // A template contains its substitutions.
      return !node.type.includes('TemplateLiteral')
    })
  }
  assert.ok(compared > 50_000, `${compared} in ${files.length} files`)
})

test('a slash divides behind a value, and begins a regular expression elsewhere', () => {
  assert.deepEqual(texts('a / b / c'), ['a', '/', 'b', '/', 'c'])
  assert.deepEqual(texts('f(/a[/]"b/g, 1) / 2'), ['f', '(', '/a[/]"b/g', ',', '1', ')', '/', '2'])
  assert.deepEqual(texts('return /x/.test(y)'), ['return', '/x/', '.', 'test', '(', 'y', ')'])
})

test('a template is one token', () => {
  assert.deepEqual(texts('`a${ { b: `}${"`"}` } }c` + `\\``'), ['`a${ { b: `}${"`"}` } }c`', '+', '`\\``'])
  assert.deepEqual(texts('`${ /* } */ x // }\n}`'), ['`${ /* } */ x // }\n}`'])
})

test('skips comments and the first line for the shell', () => {
  assert.deepEqual(texts('#!/usr/bin/env node\na /* b */ // c\nd'), ['a', 'd'])
  assert.deepEqual(texts('#!node'), [])
})

test('rejects unterminated tokens', () => {
  for (const text of ["'a", '"a\n"', '`a', '`${`', '`${', '/* a', 'a `${ "', '`${ {`']) assert.equal(tokenize(text), undefined, text)
})

test('brackets match, and strings have their values', () => {
  const tokens = tokenize("f({ a: [1, ')'] }, `x`)")!
  assert.equal(closingBracket(tokens, 1), tokens.length - 1)
  assert.equal(tokens[closingBracket(tokens, 2)!].start, 16)
  assert.equal(closingBracket(tokenize('(')!, 0), undefined)
  const values = (text: string) => stringValue(tokenize(text)![0])
  assert.deepEqual(["'a'", '"a"', '`a`', "'a\\n'", '`${a}`', 'a'].map(values), ['a', 'a', 'a', undefined, undefined, undefined])
})
