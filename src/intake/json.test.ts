import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseJsonRecord, type JsonRecord } from './json.ts'
import { Fault } from './rejection.ts'

const parse = (text: string) => parseJsonRecord(Buffer.from(text), 0, Buffer.byteLength(text))
const detail = (text: string) => (parse(text) as Fault).detail
const inexact = (text: string) => [...((parse(text) as JsonRecord).inexact ?? [])]

test('any JSON that JavaScript writes is read back', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), text => {
      const record = parse(text)
      assert.ok(!(record instanceof Fault), `${text}: ${(record as Fault).detail}`)
      assert.deepEqual(record.value, JSON.parse(text))
      assert.equal(record.inexact, undefined)
    }),
    { numRuns: 500 },
  )
})

test('any text is read as by JSON.parse, or rejected', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,-+.eE0123456789\\u ntf')), maxLength: 60 }), text => {
      let expected: unknown
      try {
        expected = JSON.parse(text)
      } catch {
        return assert.match(detail(text), /^not JSON: /)
      }
      const record = parse(text)
      if (!(record instanceof Fault)) assert.deepEqual(record.value, expected)
    }),
    { numRuns: 2000 },
  )
})

test('rejects integers that a double does not hold', () => {
  assert.equal(
    detail('{"a":9007199254740993}'),
    `'a' is 9007199254740993, which JSON numbers cannot hold exactly (beyond 2^53); write it as text, for a column of t.string()`,
  )
  assert.match(detail('{"b":1,"a":{"c":[1,-9007199254740993]}}'), /^'c' is -9007199254740993/)
  assert.match(detail('[9007199254740993]'), /^'the record' is/)
  assert.match(detail('{"say \\"it\\"":12345678901234567890}'), /^'say "it"' is/)
  for (const text of ['9007199254740992', '9223372036854776000', '100000000000000000000000', '400000000000000000000'])
    assert.deepEqual(parse(`{"a":${text}}`), { value: { a: Number(text) } })
})

test('notes fractions that a double does not hold, by field', () => {
  assert.deepEqual(inexact('{"a":0.1,"b":12.340000000000000001,"c":{"d":1.00000000000000000001}}'), [['b', '12.340000000000000001']])
  assert.deepEqual(inexact('{"a":0.30000000000000004,"b":1.7976931348623157e308,"c":12.34000000000000000000}'), [])
  assert.deepEqual(inexact('{"a":-9.0000000000000001e-7}'), [['a', '-9.0000000000000001e-7']])
})

test('digits within texts are not numbers', () => {
  assert.deepEqual(parse('{"9007199254740993":"9007199254740993 \\" 9007199254740993"}'), {
    value: { '9007199254740993': '9007199254740993 " 9007199254740993' },
  })
})

test('rejects a duplicate field, whatever its spelling', () => {
  assert.equal(detail('{"a":1,"a":1}'), 'a field occurs twice in the record')
  assert.equal(detail('{"a":1,"\\u0061":1}'), 'a field occurs twice in the record')
  assert.deepEqual(parse('{"a":{"b:":1},"b":":"}'), { value: { a: { 'b:': 1 }, b: ':' } })
})

test('bounds the depth before any recursion', () => {
  assert.match(detail('['.repeat(100_000)), /nested 100000 deep/)
  assert.match(detail(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`), /nested 65 deep/)
  assert.deepEqual(parse('{"a":"[[[[{{{{"}'), { value: { a: '[[[[{{{{' } })
})

test('a name of half a megabyte before thirty thousand long numbers is not copied for each', () => {
  const text = `{"${'n'.repeat(500_000)}":[${Array.from({ length: 30_000 }, () => '1234567890123456').join(',')}]}`
  const began = process.memoryUsage().heapUsed
  assert.ok(!(parse(text) instanceof Fault))
  assert.ok(process.memoryUsage().heapUsed - began < 128 * 2 ** 20)
})

test('a number of a million digits is rejected in one pass, in a short message', () => {
  // With a quadratic search this would not end within the time of a test.
  const text = `1${'0'.repeat(1_000_000)}1`
  assert.match(detail(`{"a":${text}}`), /^'a' is 10{59}…, which JSON numbers cannot hold exactly/)
})
