import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { durationMs, durationText, exactSpanTitle, spanTitle, stageBuckets, type Duration } from './duration.ts'

test('a duration is read in each unit', () => {
  const expected = { '250ms': 250, '30s': 30_000, '10m': 600_000, '1h': 3_600_000, '7d': 604_800_000, '2w': 1_209_600_000 }
  for (const [text, ms] of Object.entries(expected)) assert.equal(durationMs(text as Duration), ms)
})

test('a fraction of a unit is exact', () => {
  const expected = { '1.5h': 5_400_000, '2.01s': 2010, '16.1s': 16_100, '0.07h': 252_000, '1.001s': 1001, '0.5w': 302_400_000, '1.0ms': 1 }
  for (const [text, ms] of Object.entries(expected)) assert.equal(durationMs(text as Duration), ms)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), ms => {
      const text = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}s` as Duration
      assert.equal(durationMs(text), ms)
    }),
  )
})

test('a text that is no duration is rejected with an example', () => {
  const rejected = [
    '',
    '5',
    'm',
    '5 m',
    '-5m',
    '+5m',
    '5M',
    '5min',
    '.5h',
    '5.h',
    '1e3s',
    '1h30m',
    ' 5m',
    '5m ',
    '٣m',
    'Infinitys',
    '0.5ms',
    '1.0001s',
  ]
  for (const text of [...rejected, '9007199254740992ms', '1.00000000000000001s', `0.${'0'.repeat(400)}1s`])
    assert.throws(() => durationMs(text as Duration), {
      code: 'SPILL_DEFINITION',
      message: `'${text}' is no duration; write '30s', '10m', '1h' or '7d'`,
    })
  assert.equal(durationMs('9007199254740991ms'), Number.MAX_SAFE_INTEGER)
})

test('zero is a duration only with the option zero', () => {
  assert.throws(() => durationMs('0s'), { code: 'SPILL_DEFINITION' })
  assert.equal(durationMs('0s', { zero: true }), 0)
  assert.throws(() => durationMs(`0.${'0'.repeat(400)}1s` as Duration, { zero: true }), { code: 'SPILL_DEFINITION' })
})

test('a duration is written in the largest unit that divides it, and read back', () => {
  const expected = {
    1: '1ms',
    1500: '1500ms',
    90_000: '90s',
    3_600_000: '1h',
    86_400_000: '1d',
    604_800_000: '1w',
    691_200_000: '8d',
    0: '0ms',
  }
  for (const [ms, text] of Object.entries(expected)) assert.equal(durationText(Number(ms)), text)
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 43 }), ms => assert.equal(durationMs(durationText(ms)), ms)))
})

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

test('buckets ascend from a tenth of a millisecond to a minute, none more than six times as wide as the last', () => {
  assert.deepEqual([stageBuckets[0], stageBuckets.at(-1)], [0.0001, 60])
  stageBuckets.slice(1).forEach((bound, i) => assert.ok(bound > stageBuckets[i] && bound <= 6 * stageBuckets[i], String(bound)))
})
