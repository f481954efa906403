import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AttemptProgress } from './attempt-progress.ts'

test('the receiver knows all attempts up to the first one whose end it does not know', () => {
  const progress = new AttemptProgress()
  for (const number of [4, 5, 6, 7]) progress.set(number, 'ended')
  assert.deepEqual(
    [5, 4, 7, 6].map(number => progress.acknowledge(number)),
    [3, 5, 5, 7],
  )
  assert.equal(progress.size, 0)
  progress.set(9, 'begun')
  progress.set(8, 'dropped')
  assert.equal(progress.acknowledge(9), 7)
  assert.deepEqual([progress.get(8), progress.get(9), progress.size], ['dropped', 'acknowledged', 2])
})

test('memory is bounded by the attempts after the first open one, however many a process has', () => {
  const progress = new AttemptProgress()
  for (let number = 1; number <= 200_000; number++) {
    progress.set(number, 'ended')
    assert.equal(progress.acknowledge(number), number)
    assert.equal(progress.size, 0)
  }
})
