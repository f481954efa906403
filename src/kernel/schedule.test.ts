import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scheduledTimes } from './schedule.ts'

const text = (times: Iterable<number>): string[] => Array.from(times, time => new Date(time).toISOString().slice(0, 16))

test('times of an interval are its multiples, from its phase, the end left out', () => {
  const every = { kind: 'interval', every: 10, phase: 3 } as const
  assert.deepEqual([...scheduledTimes(every, -8, 13)], [-7, 3])
  assert.deepEqual([...scheduledTimes(every, 3, 14)], [3, 13])
  assert.deepEqual([...scheduledTimes(every, 4, 13)], [])
})

test('times of a cron are those in its zone: in a gap the first moment after it, of two that are alike one', () => {
  const nightly = { kind: 'cron', cron: '30 2 * * *', zone: 'Europe/Zurich' } as const
  const of = (from: string, to: string) => text(scheduledTimes(nightly, Date.parse(from), Date.parse(to)))
  assert.deepEqual(of('2026-01-01T01:30Z', '2026-01-03T01:30Z'), ['2026-01-01T01:30', '2026-01-02T01:30'])
  assert.deepEqual(of('2026-03-28T00:00Z', '2026-03-31T00:00Z'), ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'])
  assert.deepEqual(of('2026-10-24T00:00Z', '2026-10-27T00:00Z'), ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'])
})

test('a cron that never fires has no times', () => {
  assert.deepEqual([...scheduledTimes({ kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' }, 0, 1e12)], [])
})
