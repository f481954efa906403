/** Lag as time, beside a simulated place whose records know when they arrived. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { LagHistory } from './lag-history.ts'
import { catchUpMs, lagTime } from './lag-time.ts'
import { limits } from '../../base/limits.ts'

const STEP = 15_000

test('the age of the oldest unread record is never too short, and too long by at most one interval', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const draw = random(seed)
    // Arrival times of records; record i stands at position i.
    const arrivals: number[] = []
    const history = new LagHistory()
    let position = 0
    for (let step = 1; step <= 60; step++) {
      const now = step * STEP
      const count = draw() < 0.2 ? 0 : Math.floor(draw() * 30)
      const times = Array.from({ length: count }, () => now - STEP + 1 + Math.floor(draw() * (STEP - 1)))
      arrivals.push(...times.sort((a, b) => a - b))
      // Records before `position` are read; the consumer sometimes stands still.
      if (draw() < 0.7) position = Math.min(arrivals.length, position + Math.floor(draw() * 40))
      history.add({ time: now, position, lag: arrivals.length - position, end: arrivals.length })
      const judged = history.judge(now)
      if (!judged) continue
      const age = position === arrivals.length ? 0 : now - arrivals[position]
      assert.ok(judged.age.ms >= age, `seed ${seed}, step ${step}: ${judged.age.ms} ms for ${age} ms`)
      if (judged.age.basis === 'measured')
        assert.ok(judged.age.ms <= age + STEP, `seed ${seed}, step ${step}: ${judged.age.ms} ms for ${age} ms`)
    }
  }
})

test('a consumer that stands still for a day keeps few ends, and its age is off by 5 % at most', () => {
  const history = new LagHistory()
  const day = 86_400_000
  for (let now = 0; now <= day; now += STEP) history.add({ time: now, position: 0, lag: now / 1000, end: now / 1000 })
  const { age, verdict, catchUpMs: ms } = history.judge(day)!
  assert.equal(verdict, 'STALL')
  assert.equal(ms, undefined)
  assert.ok(age.ms > day * 0.95 && age.ms <= day, `${age.ms} ms`)
})

test('an age beyond the samples is extrapolated for linear positions, and a lower bound for others', () => {
  // 10 records/s; the consumer stands at a record that arrived 60 s before the first sample.
  const ends = [0, 1, 2, 3].map(i => ({ time: 100_000 + i * STEP, end: 1000 + i * 150 }))
  const now = ends.at(-1)!.time
  assert.deepEqual(lagTime(ends, 400, now), { ms: 3 * STEP + 60_000, basis: 'extrapolated' })
  const ordered = ends.map(({ time, end }) => ({ time, end: BigInt(end) }))
  assert.deepEqual(lagTime(ordered, 400n, now), { ms: 3 * STEP, basis: 'at-least' })
  const still = ends.map(({ time }) => ({ time, end: 1000 }))
  assert.deepEqual(lagTime(still, 400, now), { ms: 3 * STEP, basis: 'at-least' }, 'without arrivals there is no rate')
  assert.deepEqual(lagTime(ends, 2000, now), { ms: 0, basis: 'measured' })
  assert.deepEqual(lagTime([], 0, now), { ms: 0, basis: 'measured' })
})

test('the time to catch up follows the fall of the lag', () => {
  assert.equal(
    catchUpMs([
      { time: 0, lag: 100 },
      { time: 5000, lag: undefined },
      { time: 10_000, lag: 75 },
    ]),
    30_000,
  )
  assert.equal(
    catchUpMs([
      { time: 0, lag: 100 },
      { time: 10_000, lag: 0 },
    ]),
    0,
  )
  assert.equal(
    catchUpMs([
      { time: 0, lag: 100 },
      { time: 10_000, lag: 100 },
    ]),
    undefined,
  )
  assert.equal(catchUpMs([{ time: 0, lag: 5 }]), undefined)
  assert.equal(catchUpMs([]), undefined)
})

test('a history judges from half a window on, and calls a consumer that ends stopped', () => {
  const history = new LagHistory()
  let now = 0
  const measure = (position: number, end: number, isAlive: boolean): string | undefined => {
    now += STEP
    history.add({ time: now, position, lag: end - position, end }, isAlive)
    return history.judge(now)?.verdict
  }
  const starting = [1, 2, 3, 4].map(i => measure(i * 10, i * 10 + 5, true))
  assert.deepEqual(starting, [undefined, undefined, undefined, undefined])
  const reading = [5, 6, 7, 8, 9, 10].map(i => measure(i * 10, i * 10 + 5, true))
  assert.deepEqual(reading, ['WARN', 'WARN', 'WARN', 'WARN', 'WARN', 'WARN'])
  const afterEnd = Array.from({ length: 12 }, (_, i) => measure(100, 110 + i * 10, false))
  assert.equal(afterEnd.indexOf('STOP'), limits.LAG_SAMPLES - 1, 'once the silence is longer than the window')
  assert.ok(afterEnd.slice(limits.LAG_SAMPLES - 1).every(verdict => verdict === 'STOP'))
})

test('a consumer that was caught up a short time ago is not called stopped yet', () => {
  const history = new LagHistory()
  let now = 0
  const measure = (position: number, end: number, isAlive: boolean): string | undefined => {
    now += STEP
    history.add({ time: now, position, lag: end - position, end }, isAlive)
    return history.judge(now)?.verdict
  }
  for (let i = 1; i <= limits.LAG_SAMPLES; i++) measure(i, i, true)
  const quiet = Array.from({ length: 20 }, () => measure(10, 10, false))
  assert.ok(
    quiet.every(verdict => verdict === 'OK'),
    'nothing is left to read',
  )
  const arriving = Array.from({ length: 12 }, (_, i) => measure(10, 11 + i, false))
  assert.equal(arriving.indexOf('STOP'), limits.LAG_SAMPLES - 1, 'once all recent ends are behind its position')
})

test('a second measurement at a time is ignored; after a clock was set by hours the history begins again', () => {
  for (const jump of [-3 * 3_600_000, 3 * 3_600_000]) {
    const history = new LagHistory()
    let time = 10 * 3_600_000
    const measure = (position: number, lag: number) => history.add({ time: (time += STEP), position, lag, end: position + lag })
    for (let i = 1; i <= limits.LAG_SAMPLES; i++) measure(i, 3)
    history.add({ time, position: 0, lag: 99, end: 99 })
    assert.equal(history.judge(time)!.lag, 3)
    time += jump
    measure(20, 3)
    assert.equal(history.judge(time), undefined)
    for (let i = 1; i <= limits.LAG_SAMPLES; i++) measure(20, 3 + i)
    const { verdict, age } = history.judge(time)!
    assert.equal(verdict, 'STALL', 'a new problem shows within the usual time')
    assert.ok(age.ms < 3_600_000)
  }
})
