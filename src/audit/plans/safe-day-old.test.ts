import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SweepCurveLevel } from '../statistics/freshness-threshold.ts'
import { safeDayOldVerdict } from './safe-day-old.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const level = (age: number, low: number): SweepCurveLevel => ({ age, title: `${age / HOUR} h`, perWeek: { value: low / 2, low, high: 1 } })
const options = { now: 0, nowPerWeek: 100, unit: 'lows' }

test('a group may be a day old if every level up to a day loses at most 5 %, by its bound', () => {
  assert.deepEqual(safeDayOldVerdict([level(HOUR, -2), level(DAY, -5)], options, 'trained for that'), {
    choice: 'safe to be a day old',
    why: 'a day old, with a model trained for that, it loses at most 5.0 % (5 lows a week), at as many alerts, by the upper bound of its interval',
  })
  assert.equal(safeDayOldVerdict([level(HOUR, -2), level(DAY, -5.1)], options, ''), undefined)
  assert.equal(safeDayOldVerdict([level(HOUR, -6), level(DAY, -1)], options, ''), undefined, 'a level before it that loses')
  const beyond = safeDayOldVerdict([level(HOUR, -2), level(DAY, -3), level(7 * DAY, -90)], options, '')
  assert.match(beyond!.why, /3\.0 %/, 'older levels do not matter')
})

test('not safe: a curve that ends earlier, a level without interval, and a group that is a day old now', () => {
  const unknown: SweepCurveLevel = { age: HOUR, title: '1 h', perWeek: { why: '9 patients: no verdict under 20' } }
  assert.equal(safeDayOldVerdict([level(HOUR, -2)], options, ''), undefined)
  assert.equal(safeDayOldVerdict([unknown, level(DAY, -2)], options, ''), undefined)
  assert.equal(safeDayOldVerdict([level(2 * DAY, -2)], { ...options, now: DAY }, ''), undefined)
  assert.equal(safeDayOldVerdict([level(DAY, -2)], { ...options, nowPerWeek: 0 }, ''), undefined)
})
