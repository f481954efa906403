import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scaledInteger } from '../base/exact.ts'
import type { ColumnIR } from '../define/ir/ir.ts'
import { fieldReader, displayValue } from './field.ts'
import { Fault } from './rejection.ts'
import { decimalText } from './row-reader.ts'

const read = (column: Partial<ColumnIR>, raw: unknown, reading = { text: false, zoneless: false }) =>
  fieldReader({ name: 'x', type: 'int', nullable: false, ...column }, reading)(raw)

function accepts(column: Partial<ColumnIR>, cases: readonly (readonly [unknown, number | string])[]) {
  for (const [raw, physical] of cases)
    assert.ok(Object.is(read(column, raw), physical), `${displayValue(raw)}: ${displayValue(read(column, raw))}`)
}

function rejects(column: Partial<ColumnIR>, raws: readonly unknown[], detail: RegExp) {
  for (const raw of raws) {
    const fault = read(column, raw)
    assert.ok(fault instanceof Fault, displayValue(raw))
    assert.match(fault.detail, detail)
    assert.equal(fault.reason, 'schema')
  }
}

test('int: safe integers, as numbers or bigints', () => {
  accepts({ type: 'int' }, [
    [5, 5],
    [-0, 0],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [7n, 7],
  ])
  rejects({ type: 'int' }, [2 ** 53, -(2 ** 53), 2n ** 53n, 1.5, NaN, Infinity, '5', true, {}, []], /needs an int within/)
})

test('decimal: exact, or rejected', () => {
  accepts({ type: 'decimal', scale: 2 }, [
    [12.34, 1234],
    ['12.34', 1234],
    [-0.01, -1],
    [1.1, 110],
    [4.35, 435],
    [1e-2, 1],
    ['1e3', 100_000],
    [7n, 700],
    [-0, 0],
    ['-0.00', 0],
    ['12.340', 1234],
  ])
  rejects(
    { type: 'decimal', scale: 2 },
    [0.1 + 0.2, '12.345', 1e-3, 90_071_992_547_409.92, NaN, 'x', '', ' 1', '0x10', true, null],
    /at most 2 digits after the point/,
  )
  accepts({ type: 'decimal', scale: 15 }, [
    [0.123456789012345, 123_456_789_012_345],
    [9.007199254740991, 9_007_199_254_740_991],
  ])
})

test('decimal: the fast path from a number equals parsing its text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double(),
        fc.maxSafeInteger().map(n => n / 1000),
      ),
      fc.integer({ min: 0, max: 15 }),
      (value, scale) => {
        const result = read({ type: 'decimal', scale }, value)
        const expected = Number.isFinite(value) ? scaledInteger(value, scale) : undefined
        assert.equal(result instanceof Fault ? undefined : result, expected)
      },
    ),
    { numRuns: 2000 },
  )
})

test('decimal: text round-trips', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 15 }), (scaled, scale) => {
      assert.equal(read({ type: 'decimal', scale }, decimalText(scaled, scale)), scaled + 0)
    }),
  )
})

test('double: finite, without −0', () => {
  accepts({ type: 'double' }, [
    [-0, 0],
    [5e-324, 5e-324],
    [2 ** 60, 2 ** 60],
    [2n ** 60n, 2 ** 60],
  ])
  rejects({ type: 'double' }, [NaN, Infinity, -Infinity, '1', 2n ** 60n + 1n], /needs a finite number/)
})

test('timestamp: ISO text, milliseconds, a Date', () => {
  accepts({ type: 'timestamp' }, [
    ['1970-01-01T00:00:01Z', 1000],
    [1000, 1000],
    [new Date(1000), 1000],
    [-(2 ** 43), -(2 ** 43)],
  ])
  accepts({ type: 'timestamp', zone: 'Europe/Zurich' }, [
    ['1990-01-01T01:00', Date.UTC(1990, 0, 1)],
    ['1990-01-01T01:00Z', Date.UTC(1990, 0, 1, 1)],
    [1000, 1000],
  ])
  rejects({ type: 'timestamp' }, ['soon', '1000', 1.5, NaN, new Date(NaN), 2 ** 43 + 1, '9999-01-01', true, 5n], /needs a time/)
})

test('timestamp: a local time far away is rejected like any other', () => {
  const zoned = (raw: number) => read({ type: 'timestamp', zone: 'Europe/Zurich' }, raw, { text: false, zoneless: true })
  for (const raw of [8.7e15, -8.7e15, 2 ** 43 + 86_400_000, Number.MAX_SAFE_INTEGER]) assert.ok(zoned(raw) instanceof Fault, String(raw))
  // Zurich is 2 h ahead of UTC in September 2248, and was 34:08 min ahead in 1691.
  assert.equal(zoned(2 ** 43 + 7_200_000), 2 ** 43)
  assert.equal(zoned(-(2 ** 43) + 2_048_000), -(2 ** 43))
})

test('duration, bool, string', () => {
  accepts({ type: 'duration' }, [
    ['5m', 300_000],
    [250, 250],
    ['0s', 0],
    [-1, -1],
  ])
  rejects({ type: 'duration' }, ['5', '5 m', 1.5, true], /needs a duration/)
  accepts({ type: 'bool' }, [
    [true, 1],
    [false, 0],
  ])
  rejects({ type: 'bool' }, [1, 0, 'true', 'yes'], /needs true or false/)
  accepts({ type: 'string' }, [
    ['', ''],
    ['😀', '😀'],
  ])
  rejects({ type: 'string' }, [5, true, {}, Symbol('x'), () => 1], /needs a string/)
  rejects({ type: 'string' }, ['\ud83d', 'a\ude00'], /half of a surrogate pair/)
})

test('a wrong enum value gets a suggestion', () => {
  accepts({ type: 'string', values: ['credit', 'debit'] }, [['debit', 'debit']])
  rejects({ type: 'string', values: ['credit', 'debit'] }, ['debti'], /has no value 'debti'; did you mean 'debit'\?/)
  rejects({ type: 'string', values: ['credit', 'debit'] }, [5], /needs a string/)
})

test('bounds are inclusive, and shown in the units of the column', () => {
  accepts({ type: 'decimal', scale: 2, min: -150, max: 1000 }, [
    [-1.5, -150],
    [10, 1000],
  ])
  rejects({ type: 'decimal', scale: 2, min: -150, max: 1000 }, [-1.51, 10.01], /outside \[-1\.5, 10\]/)
  rejects({ type: 'timestamp', min: 0 }, [-1], /outside \[1970-01-01T00:00:00\.000Z, ∞\]/)
  rejects({ type: 'int', max: 5 }, [6], /'x' is 6, outside \[−∞, 5\]/)
})

test('in a file of text, every type may be text', () => {
  const text = { text: true, zoneless: false }
  const values: readonly (readonly [Partial<ColumnIR>, string, number | string])[] = [
    [{ type: 'int' }, ' 42 ', 42],
    [{ type: 'int' }, '42.0', 42],
    [{ type: 'decimal', scale: 1 }, '0.3', 3],
    [{ type: 'double' }, '1.', 1],
    [{ type: 'timestamp' }, '-1', -1],
    [{ type: 'duration' }, '90s', 90_000],
    [{ type: 'bool' }, 'True', 1],
    [{ type: 'bool' }, '0', 0],
    [{ type: 'string' }, ' kept ', ' kept '],
  ]
  for (const [column, raw, physical] of values) assert.equal(read(column, raw, text), physical)
  for (const raw of ['9007199254740993', '9007199254740991.4', '1e16', '', '--1', '1_000', '１'])
    assert.ok(read({ type: 'int' }, raw, text) instanceof Fault, raw)
})

test('a value in a message is short and harmless', () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  assert.equal(displayValue('x'.repeat(1000)).length, 61)
  assert.equal(displayValue(circular), 'an object')
  assert.equal(displayValue({ big: 1n }), 'an object')
  assert.equal(displayValue(Symbol('s')), 'Symbol(s)')
  assert.equal(displayValue({ a: 1 }), '{"a":1}')
})
