import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatusAnswer } from '../core/answers.ts'
import { acceptedOf, allAccepted, HISTORY_MAX, increaseOf, rateOf, rateSeries, withStatus } from './status-history.ts'

const statusAt = (at: number, accepted: number, started = 0): StatusAnswer => ({
  at,
  started,
  state: 'running',
  sequence: accepted,
  waiting: 0,
  memoryBytes: 0,
  sources: [{ source: 'payments', accepted, duplicates: 0, rejected: 0, late: 0 }],
  models: [],
  effects: [],
  deadLetters: [],
})

test('a rate is over the last five seconds, and unknown from one answer', () => {
  const history = [statusAt(0, 0), statusAt(10_000, 5000), statusAt(12_500, 5500), statusAt(15_000, 6000)]
  assert.equal(rateOf(history.slice(0, 1), allAccepted), undefined)
  assert.equal(rateOf(history, acceptedOf('payments')), 200)
  assert.equal(rateOf(history, acceptedOf('other')), 0)
})

test('a restarted run leaves a gap, and no rate is below 0', () => {
  const history = [statusAt(0, 900), statusAt(1000, 1000), statusAt(5000, 10, 4000), statusAt(6000, 60, 4000)]
  assert.equal(rateOf(history, allAccepted), 50)
  assert.deepEqual(rateSeries(history, allAccepted), { times: [1, 5, 6], rates: [100, null, 50] })
  assert.equal(increaseOf(history, 10_000, allAccepted), 150)
  assert.equal(increaseOf(history, 1000, allAccepted), 50)
})

test('a copy of an answer is left out, and the history is bounded', () => {
  const one = withStatus([], statusAt(1, 1))
  assert.equal(withStatus(one, statusAt(1, 1)), one)
  assert.equal(withStatus(one, statusAt(0, 0, 9)).length, 2)
  let history: readonly StatusAnswer[] = []
  for (let i = 0; i < HISTORY_MAX + 5; i++) history = withStatus(history, statusAt(i, i))
  assert.deepEqual([history.length, history[0].at], [HISTORY_MAX, 5])
})
