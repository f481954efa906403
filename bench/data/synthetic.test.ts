import assert from 'node:assert/strict'
import test from 'node:test'
import { synthetic } from './synthetic.ts'

const events = synthetic(100_000)

test('rows are in order of arrival, each at most ten minutes after its event', () => {
  for (let i = 0; i < events.length; i++) {
    const late = events.arrival[i] - events.time[i]
    assert.ok(late >= 0 && late < 600_000)
    assert.ok(i === 0 || events.arrival[i] >= events.arrival[i - 1])
  }
})

test('events are out of order', () => {
  const inversions = events.time.reduce((sum, time, i) => sum + Number(i > 0 && time < events.time[i - 1]), 0)
  assert.ok(inversions > events.length / 4, `${inversions} inversions`)
})

test('keys are skewed as Zipf: the first about twice as frequent as the second, thousands seen once or twice', () => {
  const counts = new Map<number, number>()
  for (const key of events.key) counts.set(key, (counts.get(key) ?? 0) + 1)
  const ratio = counts.get(0)! / counts.get(1)!
  assert.ok(Math.abs(ratio - 2 ** 1.05) < 0.15, `ratio ${ratio}`)
  assert.ok(counts.size > 7000 && counts.size <= 10_000, `${counts.size} keys`)
})

test('amounts are whole cents within their bounds, some negative; the seed gives the same rows', () => {
  assert.ok(events.value.every(cents => Number.isInteger(cents) && cents >= -1_000_000 && cents < 100_000_000))
  assert.ok(events.value.some(cents => cents < 0))
  assert.deepEqual(synthetic(1000), synthetic(1000))
})
