import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intervalMs } from './value.ts'

test('converts days and hours to milliseconds', () => {
  const cases: [string, number | undefined][] = [
    ['00:00:00', 0],
    ['00:05:00', 300_000],
    ['-00:00:01.5', -1500],
    ['1 day', 86_400_000],
    ['-2 days', -172_800_000],
    ['1 day 02:03:04.005', 86_400_000 + 7_384_005],
    ['-1 days +02:00:00', -79_200_000],
    ['100:00:00', 360_000_000],
    ['00:00:00.0005', undefined],
    ['1 mon', undefined],
    ['1 year 2 days', undefined],
    ['', undefined],
  ]
  for (const [text, ms] of cases) assert.equal(intervalMs(text), ms, text)
})
