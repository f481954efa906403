import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JobSchedule } from './job-schedule.ts'
import { Retry } from './job-schedule.ts'

const hourly = { kind: 'interval', every: 60, phase: 0 } as const

test('of missed times the last is due, once the clock has passed it', () => {
  const schedule = new JobSchedule(hourly, 60)
  assert.deepEqual(
    [60, 61, 120, 121, 599].map(now => schedule.due(now)),
    [undefined, undefined, undefined, 120, 540],
  )
  schedule.complete(540)
  schedule.complete(120)
  assert.deepEqual(
    [599, 121, 601].map(now => schedule.due(now)),
    [undefined, undefined, 600],
  )
  assert.equal(new JobSchedule(undefined).due(1e12), undefined)
})

test('a schedule that follows the clock accepts earlier times after the clock was set back by more than a period', () => {
  const schedule = new JobSchedule(hourly, 600, { followsClock: true })
  assert.equal(schedule.due(541), undefined)
  assert.equal(schedule.due(481), undefined)
  assert.equal(schedule.due(541), 540)
})

test('the delay of a retry doubles up to five minutes, from the failure on, and starts again after a reset', () => {
  const retry = new Retry()
  let now = 0
  /** The time until the delay is over, ms. */
  const delay = (): number => {
    const from = now
    retry.fail((now += 10))
    for (; retry.isWaiting; retry.elapse(now)) now += 10
    return now - from - 10
  }
  assert.deepEqual(Array.from({ length: 11 }, delay), [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
  retry.reset()
  assert.equal(delay(), 1000)
})

test('a clock that is set back neither lengthens nor ends the delay', () => {
  const retry = new Retry()
  retry.fail(10_000)
  for (const now of [10_600, 2000, 2300]) {
    retry.elapse(now)
    assert.ok(retry.isWaiting)
  }
  retry.elapse(2400)
  assert.ok(!retry.isWaiting)
})
