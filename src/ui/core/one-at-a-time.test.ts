import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneAtATime } from './one-at-a-time.ts'

test('runs never overlap: a request during a run follows it once, a poll is left out', async () => {
  const ends: (() => void)[] = []
  const { request, poll } = oneAtATime(() => new Promise(end => ends.push(end)))
  const turn = () => new Promise(resolve => setImmediate(resolve))
  poll()
  poll()
  assert.equal(ends.length, 1)
  request()
  request()
  assert.equal(ends.length, 1, 'one at a time')
  ends[0]()
  await turn()
  assert.equal(ends.length, 2, 'requested during the run')
  ends[1]()
  await turn()
  assert.equal(ends.length, 2, 'the poll was left out')
  poll()
  assert.equal(ends.length, 3)
})
