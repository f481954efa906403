import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { durationMs, durationText, type Duration } from './time.ts'

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
