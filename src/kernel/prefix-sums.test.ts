import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { momentLayout } from '../aggregate/partial/moments.ts'
import { histories, keepsTiles, inputOfHistory, mixedHops, stepThrough, windowsOf } from '../../test/kernel/histories.ts'
import { runChunk, type StructureInput } from './structure.ts'
import { PrefixSums } from './prefix-sums.ts'
import { Windows, type WindowShape } from './window.ts'

const spans = [3, 20, 21, 60, Infinity]
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const plain = momentLayout(new Set(['x']), 5)
const counts = momentLayout(new Set(), 0)
const squares = momentLayout(new Set(['x', 'xx']), 5)
const sumsOf = (windows: readonly WindowShape[], layout = plain, maxEntries = 1e6) =>
  new PrefixSums(new Windows(windows), layout, maxEntries)

for (const [name, windows] of Object.entries({
  'hop 1': windowsOf(spans, 1),
  'hop 4': windowsOf(spans, 4),
  'hop 7': windowsOf(spans, 7),
  'mixed hops': mixedHops,
}))
  test(`a window is the sum of its events, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const rejected = stepThrough(sumsOf(windows), inputOfHistory(history), windows, (partial, values) =>
          assert.deepEqual(partial, [values.length, sumOf(values)]),
        )
        assert.equal(rejected, 0)
      }),
    )
  })

test('vectors of moments, and counts alone', () => {
  const windows = windowsOf(spans, 1)
  fc.assert(
    fc.property(histories, history => {
      const input = inputOfHistory(history)
      stepThrough(sumsOf(windows, squares), input, windows, (partial, values) =>
        assert.deepEqual(partial, [values.length, sumOf(values), sumOf(values.map(x => x * x))]),
      )
      stepThrough(sumsOf(windows, counts), input, windows, (partial, values) => assert.deepEqual(partial, [values.length]))
    }),
  )
})

test('counts by bucket, in events and in tiles', () => {
  const bounds = [-2, 0, 3]
  const buckets = momentLayout(new Set(), 0, bounds)
  const within = (values: readonly number[], i: number) => values.filter(x => x <= bounds[i] && (i === 0 || x > bounds[i - 1])).length
  for (const hop of [1, 4])
    fc.assert(
      fc.property(histories, history => {
        const windows = windowsOf(spans, hop)
        stepThrough(sumsOf(windows, buckets), inputOfHistory(history), windows, (partial, values) =>
          assert.deepEqual(partial, [values.length, ...bounds.map((_, i) => within(values, i))]),
        )
      }),
    )
})

test('past maxEntries a window is rejected or correct, and is correct again once its tail has passed', () => {
  let rejections = 0
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, maxEntries) => {
      const sums = sumsOf(windows, plain, maxEntries)
      rejections += stepThrough(sums, inputOfHistory(history), windows, (partial, values) =>
        assert.deepEqual(partial, [values.length, sumOf(values)]),
      )
      assert.ok(sums.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(rejections > 0)
  const input = inputOfHistory([0, 0, 0, 100].map(wait => ({ slot: 0, wait, late: 0, value: 1 })))
  assert.equal(
    stepThrough(sumsOf(windowsOf([60], 1), plain, 2), input, windowsOf([60], 1), partial => assert.ok(partial[0] <= 2)),
    1,
  )
})

test('a key keeps one entry for each tile of its longest window, at hop 1 for each event', () =>
  keepsTiles(windows => sumsOf(windows, counts)))

test('windows of several hops share one list, which keeps no more than twice what they need', () => {
  const windows = [
    { span: 100, hop: 1 },
    { span: 10_000, hop: 100 },
    { span: 100_000, hop: 2000 },
  ]
  const input = inputOfHistory(Array.from({ length: 40_000 }, () => ({ slot: 0, wait: 5, late: 0, value: 1 })))
  const sums = sumsOf(windows)
  const partials = windows.map(() => 2 + 100)
  let entries = 0
  stepThrough(sums, input, [], () => undefined)
  entries = Math.max(entries, sums.entries)
  assert.ok(entries <= 2 * sumOf(partials), `${entries} entries`)
})

test('long runs at one key slide and grow the list; sums that once passed 2^53 leave no trace', () => {
  const value = 2 ** 27 - 1
  const sums = sumsOf(windowsOf([1000], 1))
  sums.grow(1)
  const early = Array.from({ length: 100 }, (_, i) => [i, 2 ** 53 - 1] as const)
  const late = Array.from({ length: 5000 }, (_, i) => [5000 + i, value] as const)
  const time = Float64Array.from([...early, ...late], ([at]) => at)
  const slots = new Int32Array(time.length)
  const values = Float64Array.from([...early, ...late], ([, x]) => x)
  const input: StructureInput = { slots, time, arrival: time, watermark: time, sourcePosition: time, skip: undefined, value: values }
  const reads = { slots, asOf: time, upto: slots.map((_, event) => event + 1) }
  runChunk(sums, { input, reads, fromEvent: 0, toEvent: 100, fromRead: 0, rows: 0 })
  for (let i = 0; i < 5000; i++) {
    runChunk(sums, { input, reads, fromEvent: 100 + i, toEvent: 101 + i, fromRead: 100 + i, rows: 1 })
    const n = Math.min(i + 1, 1001)
    assert.deepEqual(
      sums.partials[0].map(column => column[0]),
      [n, n * value],
    )
  }
  assert.equal(sums.entries, 1001)
})

test('bytes grow with keys and with entries', () => {
  const sums = sumsOf(windowsOf([60], 1))
  const empty = sums.bytes
  sums.grow(1000)
  assert.equal(sums.bytes - empty, 1000 * (5 * 4 + 8))
  stepThrough(sums, inputOfHistory(Array.from({ length: 2000 }, (_, value) => ({ slot: 0, wait: 0, late: 0, value }))), [], () => undefined)
  assert.ok(sums.bytes - empty >= sums.entries * 2 * 8)
  assert.ok(sums.entries >= 2000)
})
