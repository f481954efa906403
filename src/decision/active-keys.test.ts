import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { ActiveKeys } from './active-keys.ts'

const bySize = (a: number, b: number) => a - b
const column = (...keys: (number | null)[]): ColumnData => ({
  values: Float64Array.from(keys, key => key ?? 0),
  nulls: Uint8Array.from(keys, key => (key === null ? 1 : 0)),
})
const times = (...ms: number[]) => Float64Array.from(ms)

test('a key is active while its newest time is in [t − D, t]', () => {
  const live = new ActiveKeys(100, bySize)
  live.add(column(7, 3, 7), times(50, 60, 40))
  assert.deepEqual([...live.activeAt(150)], [3, 7])
  assert.deepEqual([...live.activeAt(151)], [3])
  assert.deepEqual([...live.activeAt(161)], [])
  live.add(column(7), times(170))
  assert.deepEqual([...live.activeAt(200)], [7], 'it comes back with an event')
})

test('an event that is too late makes no key active, and NULL is no key', () => {
  const live = new ActiveKeys(100, bySize)
  assert.deepEqual([...live.activeAt(1000)], [])
  live.add(column(1, null, 2), times(899, 950, 900))
  assert.deepEqual([...live.activeAt(1000)], [2])
  live.add(column(3), times(901))
  assert.deepEqual([...live.activeAt(1002)], [], 'what died before the next tick is not in it')
})

test('keys are returned in the given order', () => {
  const strings = new Strings()
  const ids = ['\u{1f600}', 'b', '～', 'a'].map(text => strings.idOf(text))
  const live = new ActiveKeys(100, (a, b) => strings.compare(a, b))
  const texts = (t: number) => [...live.activeAt(t)].map(id => strings.textOf(id))
  live.add({ values: Int32Array.from(ids.slice(0, 2)) }, times(10, 10))
  assert.deepEqual(texts(10), ['b', '\u{1f600}'])
  live.add({ values: Int32Array.from(ids.slice(2)) }, times(11, 11))
  assert.deepEqual(texts(11), ['a', 'b', '～', '\u{1f600}'])
})

test('keys by the thousand come and go', () => {
  const live = new ActiveKeys(100, bySize)
  const many = Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 20_011) * (i % 2 ? 2 ** 33 : -1))
  for (let from = 0; from < many.length; from += 5000)
    live.add(column(...many.slice(from, from + 5000)), new Float64Array(5000).fill(from / 5000))
  assert.deepEqual([...live.activeAt(3)], [...many].sort(bySize))
  const last = many.slice(15_000).sort(bySize)
  assert.deepEqual([...live.activeAt(103)], last, 'three in four are gone')
  live.add(column(...many.slice(0, 3000)), new Float64Array(3000).fill(104))
  assert.deepEqual([...live.activeAt(104)], many.slice(0, 3000).sort(bySize))
})

test('ticks do not decrease, and the number of keys is limited', () => {
  const live = new ActiveKeys(100, bySize, 2)
  live.activeAt(10)
  assert.throws(() => live.activeAt(9), { code: 'SPILL_ASSERT' })
  live.add(column(1, 2, 2, 1), times(10, 10, 10, 10))
  assert.throws(() => live.add(column(3), times(10)), { code: 'SPILL_LIMIT', message: /^more than 2 keys are active at once \(KEYS_MAX\)/ })
})

test('finds the same keys as a search through all events', () => {
  const next = random(11)
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  for (let round = 0; round < 60; round++) {
    const range = [5, 300, 2 ** 40][round % 3]
    const span = [20, 200, 5000][between(0, 2)]
    const live = new ActiveKeys(span, bySize)
    const events: { key: number; time: number }[] = []
    let now = between(-1000, 1000)
    for (let tick = 0; tick < 30; tick++) {
      const came = Array.from({ length: between(0, round % 2 ? 20 : 300) }, () => {
        now += between(0, 1)
        return { key: between(-range, range), time: now - (next() < 0.3 ? between(0, 2 * span) : 0) }
      })
      events.push(...came)
      live.add(column(...came.map(({ key }) => key)), times(...came.map(({ time }) => time)))
      now += between(0, span)
      const expected = new Set(events.filter(({ time }) => time >= now - span).map(({ key }) => key))
      assert.deepEqual([...live.activeAt(now)], [...expected].sort(bySize), `round ${round}, tick ${tick}`)
    }
  }
})
