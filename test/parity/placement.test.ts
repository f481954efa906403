import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScheduleIR } from '../../src/define/ir/ir.ts'
import { placeRequest } from './placement.ts'

// Placements with hand-computed values are in test/oracle/cases; this file tests the ends of schedules.

const scheduled = (schedule: ScheduleIR, t: number, lasts = 0) =>
  placeRequest({ key: ['a'], prefix: 3, t }, { kind: 'scheduled', schedule, lasts }, 9)

test('a run counts from the millisecond at which it has lasted', () => {
  const hourly: ScheduleIR = { kind: 'cron', cron: '0 * * * *', zone: 'UTC' }
  assert.equal(scheduled(hourly, 7_200_000).t, 7_200_000)
  assert.equal(scheduled(hourly, 7_199_999).t, 3_600_000)
  assert.equal(scheduled(hourly, 7_200_999, 1000).t, 3_600_000)
  assert.equal(scheduled(hourly, 7_201_000, 1000).t, 7_200_000)
})

test('an interval is cut toward −∞ before its phase', () => {
  const every: ScheduleIR = { kind: 'interval', every: 1000, phase: 250 }
  assert.deepEqual([scheduled(every, 249).t, scheduled(every, 250).t, scheduled(every, -751).t], [-750, 250, -1750])
})

test('before the first run of a schedule nothing is known', () => {
  const { upto } = scheduled({ kind: 'cron', cron: '0 0 0 1 1 * 2040', zone: 'UTC' }, Date.UTC(2030, 0))
  assert.ok(upto! < -(2 ** 43))
})
