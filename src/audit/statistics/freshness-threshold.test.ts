import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshnessThreshold, levelMarks, type SweepCurveLevel } from './freshness-threshold.ts'

const minute = 60_000
const level = (minutes: number, value: number, low: number, high: number): SweepCurveLevel => ({
  age: minutes * minute,
  title: `${minutes} min`,
  perWeek: { value, low, high },
})

/** The flights of the specification's table, per day. */
const landings = [level(15, -18, -22, -14), level(60, -67, -77, -56), level(180, -181, -213, -150), level(1440, -197, -271, -119)]

test('the freshness threshold is the last age whose upper bound of the loss is within the tolerated share', () => {
  assert.deepEqual(freshnessThreshold(landings, { now: 0, nowPerWeek: 590 }), { age: 15 * minute, loss: 22 })
  assert.deepEqual(freshnessThreshold(landings, { now: 0, nowPerWeek: 4 * 590 }), { age: 60 * minute, loss: 77 })
  assert.deepEqual(freshnessThreshold(landings, { now: 0, nowPerWeek: 10 * 590 }), { age: 1440 * minute, loss: 271, beyond: true })
  assert.deepEqual(levelMarks(landings, { nowPerWeek: 590 }), ['ok', 'loses', 'collapse', 'collapse'])
  const atTheBound = [level(15, -60, -100, -29.5), level(60, -60, -100, -29.6), level(180, -60, -100, -30.1)]
  assert.deepEqual(levelMarks(atTheBound, { nowPerWeek: 590 }), ['may lose', 'loses', 'collapse'])
})

test('a loss equal to the tolerated share is within it', () => {
  assert.deepEqual(freshnessThreshold([level(15, -18, -20, -14)], { now: 0, nowPerWeek: 400 }), {
    age: 15 * minute,
    loss: 20,
    beyond: true,
  })
  assert.deepEqual(levelMarks([level(15, -18, -20, -14), level(30, -18, -20.1, -14)], { nowPerWeek: 400 }), ['ok', 'may lose'])
})

test('on a curve that recovers the threshold is before the first level beyond the tolerated share', () => {
  const night = [level(60, -5, -10, 0), level(360, -100, -120, -80), level(1440, -5, -9, -1)]
  assert.deepEqual(freshnessThreshold(night, { now: 0, nowPerWeek: 400 }), { age: 60 * minute, loss: 10 })
  assert.deepEqual(levelMarks(night, { nowPerWeek: 400 }), ['ok', 'collapse', 'ok'])
})

test('levels fresher than now cannot be the threshold', () => {
  const sweep = [level(1, 3, -30, 36), level(60, -5, -10, 0)]
  assert.deepEqual(freshnessThreshold(sweep, { now: 10 * minute, nowPerWeek: 400 }), { age: 60 * minute, loss: 10, beyond: true })
  assert.deepEqual(freshnessThreshold(sweep.slice(0, 1), { now: 10 * minute, nowPerWeek: 400 }), { why: 'no level is older than now' })
})

test('a gain is no loss, and a flat curve has no collapse', () => {
  assert.deepEqual(freshnessThreshold([level(15, 18, 14, 22)], { now: 0, nowPerWeek: 400 }), { age: 15 * minute, loss: 0, beyond: true })
  assert.deepEqual(levelMarks([level(15, 18, 14, 22), level(60, -3, -25, 19)], { nowPerWeek: 400 }), ['ok', 'may lose'])
})

test('without a threshold there is a reason', () => {
  const why = (levels: SweepCurveLevel[], nowPerWeek: number) => (freshnessThreshold(levels, { now: 0, nowPerWeek }) as { why: string }).why
  assert.equal(
    why(landings.slice(1), 590),
    'at 60 min at least 56 a week are lost, more than the tolerated 29.5 (5 % of the current weekly value)',
  )
  assert.equal(
    why([level(15, -18, -40, 4)], 400),
    'at 15 min up to 40 a week may be lost, more than the tolerated 20 (5 % of the current weekly value); the estimate is 18, and more history would decide',
  )
  assert.deepEqual(freshnessThreshold(landings.slice(1), { now: 0, nowPerWeek: 590, unit: '$' }), {
    why: 'at 60 min at least $56 a week are lost, more than the tolerated $29.50 (5 % of the current weekly value)',
  })
  assert.match(why([level(15, 1, -40, 42)], 400), /the estimate is no loss, and more history/)
  for (const worth of [0, -5, NaN]) assert.match(why(landings, worth), /^the current pipeline has no value/)
  const unknown: SweepCurveLevel = { age: 30 * minute, title: '30 min', perWeek: { why: '9 patients: no verdict under 20' } }
  assert.equal(why([unknown], 400), '9 patients: no verdict under 20')
  assert.deepEqual(freshnessThreshold([landings[0], unknown], { now: 0, nowPerWeek: 590 }), { age: 15 * minute, loss: 22 })
  assert.deepEqual(levelMarks([unknown], { nowPerWeek: 400 }), [null])
})
