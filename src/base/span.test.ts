import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { exactSpanTitle, spanTitle } from './span.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test('a duration is shown in the unit that makes it short', () => {
  const spans: [number, string][] = [
    [0, '0 s'],
    [-1e-9, '0 s'],
    [0.0005, '0.5 µs'],
    [0.0125, '12.5 µs'],
    [0.25, '250 µs'],
    [1.5, '1.5 ms'],
    [250, '250 ms'],
    [999.9, '1 s'],
    [1500, '1.5 s'],
    [SECOND, '1 s'],
    [90 * SECOND, '90 s'],
    [61_234, '61.2 s'],
    [15 * MINUTE, '15 min'],
    [HOUR - 1, '1 h'],
    [HOUR, '1 h'],
    [90 * MINUTE, '90 min'],
    [100 * SECOND, '100 s'],
    [150 * MINUTE, '2.5 h'],
    [51_600 * SECOND, '14.3 h'],
    [36 * HOUR, '36 h'],
    [DAY, '1 day'],
    [3 * DAY, '3 days'],
    [7 * DAY, '1 week'],
    [14 * DAY, '2 weeks'],
    [182 * DAY, '182 days'],
    [2000 * DAY, '2,000 days'],
    [-5 * SECOND, '−5 s'],
  ]
  for (const [ms, text] of spans) assert.equal(spanTitle(ms), text)
})

test('an exact duration has all its digits, in the largest unit that divides it', () => {
  const spans: [number, string][] = [
    [0, '0 s'],
    [5, '5 ms'],
    [1500, '1,500 ms'],
    [90 * SECOND, '90 s'],
    [1000 * SECOND, '1,000 s'],
    [15 * MINUTE, '15 min'],
    [75 * MINUTE, '75 min'],
    [6 * HOUR, '6 h'],
    [36 * HOUR, '36 h'],
    [DAY, '1 day'],
    [10 * DAY, '10 days'],
    [28 * DAY, '4 weeks'],
    [70 * DAY, '70 days'],
    [-HOUR, '−1 h'],
  ]
  for (const [ms, text] of spans) assert.equal(exactSpanTitle(ms), text)
})

const sizes: Readonly<Record<string, number>> = { week: 7 * DAY, day: DAY, h: HOUR, min: MINUTE, s: SECOND, ms: 1, µs: 1e-3 }

function read(text: string): number {
  const [, number, unit] = /^([\d.,]+) (.+?)s?$/.exec(text.replace(/ s$/, ' ss').replace(/ (µ|m)s$/, ' $1ss'))!
  return Number(number.replaceAll(',', '')) * sizes[unit]
}

test('the text has the value exactly, or to three digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 43 }), ms => {
      assert.equal(read(exactSpanTitle(ms)), ms)
      assert.ok(Math.abs(read(spanTitle(ms)) / ms - 1) <= 0.005 + 1e-9, spanTitle(ms))
    }),
  )
})
