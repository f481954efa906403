import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, integer, maxSafeInteger, property } from 'fast-check'
import { decimalPlaces, scaledInteger, spanMs, timestampMs } from './exact.ts'

test('a number becomes the integer that its decimal text says', () => {
  assert.equal(scaledInteger(5, 2), 500)
  assert.equal(scaledInteger(5.1, 1), 51)
  assert.equal(scaledInteger(1.005, 3), 1005)
  assert.equal(scaledInteger('5.10', 1), 51)
  assert.equal(scaledInteger('-0.05', 2), -5)
  assert.equal(scaledInteger(1e-7, 7), 1)
  assert.equal(scaledInteger('1e3', 0), 1000)
  assert.ok(Object.is(scaledInteger(-0, 2), 0))
  assert.equal(scaledInteger(Number.MAX_SAFE_INTEGER, 0), Number.MAX_SAFE_INTEGER)
})

test('a value that is not exact, not safe or no number is rejected', () => {
  for (const [value, scale] of [
    [5.005, 2],
    [5.5, 0],
    [2 ** 53, 0],
    ['9007199254740993', 0],
    [1e300, 0],
    [1e-300, 15],
    ['five', 0],
    ['', 0],
    [NaN, 0],
    ['.5', 1],
  ] as const)
    assert.equal(scaledInteger(value, scale), undefined, `${value} at ${scale}`)
})

test('any scaled integer survives being written as a decimal', () => {
  check(
    property(maxSafeInteger(), integer({ min: 0, max: 15 }), (value, scale) => {
      const digits = String(Math.abs(value)).padStart(scale + 1, '0')
      const text = `${value < 0 ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
      return scaledInteger(scale === 0 ? String(value) : text, scale) === value
    }),
  )
})

test('digits after the point are those of the number as written', () => {
  assert.deepEqual([5, 1.25, 1e-7, 1.5e-7, 1e21].map(decimalPlaces), [0, 2, 7, 8, 0])
})

test('a time is a Date, whole milliseconds, or text with its offset', () => {
  assert.equal(timestampMs('2026-01-01T00:00Z'), Date.UTC(2026, 0, 1))
  assert.equal(timestampMs('2026-01-01T01:00:00.5+01:00'), Date.UTC(2026, 0, 1) + 500)
  assert.equal(timestampMs(new Date(5)), 5)
  assert.equal(timestampMs(-5), -5)
  for (const value of ['2026-01-01', '2026-01-01T00:00', '2026-13-01T00:00Z', '2026-02-30T00:00Z', new Date(NaN), 0.5, true])
    assert.equal(timestampMs(value), undefined)
})

test('a duration is whole milliseconds or text', () => {
  assert.deepEqual(['5m', '0ms', 250, '5 min', 0.5, null].map(spanMs), [300_000, 0, 250, undefined, undefined, undefined])
})
