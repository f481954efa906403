import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeBlocksOfLength, nextBlockLength, timeBlocks } from './time-blocks.ts'

const [hour, day] = [3_600_000, 86_400_000]
const begin = Date.UTC(2001, 0, 1)
const every = (step: number, span: number): Float64Array =>
  Float64Array.from({ length: Math.ceil(span / step) }, (_, i) => begin + i * step)
const named = (t: Float64Array, bounds: { horizon?: number; window?: number } = {}) => {
  const { name, count } = timeBlocks(t, { from: 0, to: t.length }, { horizon: bounds.horizon ?? 0, window: bounds.window ?? 0 })
  return [name, count]
}

test('blocks are days, several days in long histories, parts of a day in short ones', () => {
  assert.deepEqual(named(every(hour, 91 * day)), ['day', 91])
  assert.deepEqual(named(every(hour, 127 * day)), ['day', 127])
  assert.deepEqual(named(every(hour, 130 * day)), ['2-day block', 65])
  assert.deepEqual(named(every(day / 2, 730 * day)), ['11-day block', 67])
  assert.deepEqual(named(every(hour, 51 * day)), ['day', 51])
  assert.deepEqual(named(every(hour, 40 * day)), ['12-hour block', 80])
  assert.deepEqual(named(every(hour / 2, 10 * day)), ['4-hour block', 60])
  assert.deepEqual(named(every(hour / 4, day)), ['1-hour block', 24])
})

test("no block is shorter than the label's horizon or the window", () => {
  assert.deepEqual(named(every(hour / 2, 10 * day), { horizon: 5 * hour }), ['6-hour block', 40])
  assert.deepEqual(named(every(hour / 2, 10 * day), { window: 13 * hour }), ['day', 10])
  assert.deepEqual(named(every(hour, 91 * day), { horizon: 3 * day }), ['3-day block', 31])
  assert.deepEqual(named(every(hour, 91 * day), { horizon: 3 * day + 1 }), ['4-day block', 23])
})

test('codes rise with time from 0 at the first row, and skip gaps', () => {
  const t = Float64Array.of(begin, begin + 30 * day + 5 * hour, begin + 30 * day + 23 * hour, begin + 31 * day, begin + 100 * day)
  assert.deepEqual(timeBlocks(t, { from: 1, to: 5 }, { horizon: 0, window: 0 }), {
    name: 'day',
    of: Int32Array.of(0, 0, 0, 1, 70),
    count: 71,
    span: day,
  })
  assert.deepEqual(timeBlocks(t, { from: 2, to: 2 }, { horizon: 0, window: 0 }), {
    name: 'day',
    of: new Int32Array(5),
    count: 1,
    span: day,
  })
  const value = timeBlocks(t.slice(0, 1), { from: 0, to: 1 }, { horizon: 0, window: 0 })
  assert.deepEqual(value, { name: '1-hour block', of: new Int32Array(1), count: 1, span: hour })
  const before = Float64Array.of(-day - 1, -1, 0)
  assert.deepEqual(timeBlocks(before, { from: 0, to: 3 }, { horizon: day, window: 0 }).of, Int32Array.of(0, 1, 2))
})

test("longer blocks are about twice as long, and begin with the first row's day", () => {
  const from = (length: number, steps: number): number[] => {
    const lengths = [length]
    for (let i = 0; i < steps; i++) lengths.push(nextBlockLength(lengths.at(-1)!))
    return lengths
  }
  assert.deepEqual(
    from(hour, 6).map(length => length / hour),
    [1, 2, 3, 6, 12, 24, 48],
  )
  assert.deepEqual(
    from(day, 7).map(length => length / day),
    [1, 2, 4, 7, 14, 28, 56, 112],
  )
  assert.deepEqual(
    [8 * hour, 3 * day, 5 * day, 11 * day].map(length => nextBlockLength(length) / day),
    [0.5, 7, 14, 28],
  )
  const t = every(hour, 20 * day)
  const { name, of, count, span } = timeBlocksOfLength(t, { from: 30, to: t.length }, 4 * day)
  assert.deepEqual([name, count, span, of[0], of[30], of[t.length - 1]], ['4-day block', 5, 4 * day, 0, 0, 4])
  assert.equal(of.indexOf(1), 24 + 4 * 24, 'four days from the midnight before the first row')
})
