import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPrimaryExpression } from './sql-dialect.ts'

test('a name, a literal, a call, CASE and brackets are primary', () => {
  const primary = [
    'x',
    'e.x0',
    '"a b"',
    `p."it's"`,
    "'a - b'",
    "''",
    '5',
    '0.5e-7',
    'NULL',
    'f(a + b)',
    '(a + b)',
    '[a, b][1]',
    "{'a': 1}.b",
  ]
  for (const sql of [...primary, 'CASE WHEN a > b THEN a - b END', 'CASE WHEN a THEN CASE WHEN b THEN 1 END END', 'CAST(x AS INT)'])
    assert.equal(isPrimaryExpression(sql), true, sql)
})

test('operators outside of brackets are not', () => {
  for (const sql of [
    'a + b',
    'a+b',
    '-5',
    '-x',
    'NOT x',
    'a IS NULL',
    '(a) - (b)',
    'f(a) / g(b)',
    'a::INT',
    "'a' || 'b'",
    'CASE WHEN a THEN b END + 1',
    '',
  ])
    assert.equal(isPrimaryExpression(sql), false, sql)
})
