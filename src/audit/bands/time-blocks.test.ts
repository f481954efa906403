import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeBlocks } from './time-blocks.ts'

const [hour, day] = [3_600_000, 86_400_000]
const begin = Date.UTC(2001, 0, 1)
const every = (step: number, span: number): Float64Array =>
  Float64Array.from({ length: Math.ceil(span / step) }, (_, i) => begin + i * step)
const blocksOf = (t: Float64Array, bounds: { horizon?: number; window?: number } = {}) => {
  const { name, count } = timeBlocks(t, { from: 0, to: t.length }, { horizon: bounds.horizon ?? 0, window: bounds.window ?? 0 })
  return [name, count]
}

test('days, several days where there are many, parts of a day where there are few', () => {
  assert.deepEqual(blocksOf(every(hour, 91 * day)), ['day', 91])
  assert.deepEqual(blocksOf(every(hour, 127 * day)), ['day', 127])
  assert.deepEqual(blocksOf(every(hour, 130 * day)), ['2-day block', 65])
  assert.deepEqual(blocksOf(every(day / 2, 730 * day)), ['11-day block', 67])
  assert.deepEqual(blocksOf(every(hour, 51 * day)), ['day', 51])
  assert.deepEqual(blocksOf(every(hour, 40 * day)), ['12-hour block', 80])
  assert.deepEqual(blocksOf(every(hour / 2, 10 * day)), ['4-hour block', 60])
  assert.deepEqual(blocksOf(every(hour / 4, day)), ['1-hour block', 24])
})

test('none is shorter than what a label waits for, or a window looks back', () => {
  assert.deepEqual(blocksOf(every(hour / 2, 10 * day), { horizon: 5 * hour }), ['6-hour block', 40])
  assert.deepEqual(blocksOf(every(hour / 2, 10 * day), { window: 13 * hour }), ['day', 10])
  assert.deepEqual(blocksOf(every(hour, 91 * day), { horizon: 3 * day }), ['3-day block', 31])
  assert.deepEqual(blocksOf(every(hour, 91 * day), { horizon: 3 * day + 1 }), ['4-day block', 23])
})

test('codes rise by time from 0 at the first row of the block, and a gap is a gap', () => {
  const t = Float64Array.of(begin, begin + 30 * day + 5 * hour, begin + 30 * day + 23 * hour, begin + 31 * day, begin + 100 * day)
  assert.deepEqual(timeBlocks(t, { from: 1, to: 5 }, { horizon: 0, window: 0 }), {
    name: 'day',
    of: Int32Array.of(0, 0, 0, 1, 70),
    count: 71,
  })
  assert.deepEqual(timeBlocks(t, { from: 2, to: 2 }, { horizon: 0, window: 0 }), { name: 'day', of: new Int32Array(5), count: 1 })
  const one = timeBlocks(t.slice(0, 1), { from: 0, to: 1 }, { horizon: 0, window: 0 })
  assert.deepEqual(one, { name: '1-hour block', of: new Int32Array(1), count: 1 })
  const before = Float64Array.of(-day - 1, -1, 0)
  assert.deepEqual(timeBlocks(before, { from: 0, to: 3 }, { horizon: day, window: 0 }).of, Int32Array.of(0, 1, 2))
})
