import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Extremes } from './extremes.ts'
import { histories, inputOfHistory, mixedHops, stepThrough, windowsOf } from '../../test/kernel/histories.ts'
import { Windows } from './window.ts'

const spans = [3, 20, 60, Infinity]
const orNone = (of: (...values: number[]) => number, values: readonly number[]) => (values.length > 0 ? of(...values) : NaN)
const extremes = { least: { sign: 1, of: Math.min }, greatest: { sign: -1, of: Math.max } } as const
const cases = { 'hop 1': windowsOf(spans, 1), 'hop 7': windowsOf(spans, 7), 'mixed hops': mixedHops }

for (const [name, { sign, of }] of Object.entries(extremes))
  for (const [hops, windows] of Object.entries(cases))
    test(`the ${name} of each window, ${hops}`, () => {
      fc.assert(
        fc.property(histories, history => {
          const structure = new Extremes(new Windows(windows), sign, undefined, 1e6)
          const rejected = stepThrough(structure, inputOfHistory(history), windows, ([partial], values) =>
            assert.equal(partial, orNone(of, values)),
          )
          assert.equal(rejected, 0)
        }),
      )
    })

test('past maxEntries a window is rejected or correct', () => {
  let rejections = 0
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 3 }), (history, maxEntries) => {
      const least = new Extremes(new Windows(windows), 1, undefined, maxEntries)
      rejections += stepThrough(least, inputOfHistory(history), windows, ([partial], values) =>
        assert.equal(partial, orNone(Math.min, values)),
      )
      assert.ok(least.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(rejections > 0)
})

test('values that get worse all the time leave one entry a tile that a window can start at', () => {
  const windows = [
    { span: 100, hop: 1 },
    { span: 10_000, hop: 100 },
  ]
  const input = inputOfHistory(Array.from({ length: 20_000 }, (_, value) => ({ slot: 0, wait: 5, late: 0, value })))
  const least = new Extremes(new Windows(windows), 1, undefined, 1e6)
  stepThrough(least, input, [], () => undefined)
  assert.ok(least.entries <= 2 * (2 + 100 + 2 + 100), `${least.entries} entries`)
})

test('a late event moves the tail of the longest window too, where a shorter one of a wider hop reaches further back', () => {
  const windows = [
    { span: 60, hop: 20 },
    { span: 61, hop: 1 },
  ]
  // At 119 the windows start at 40 and at 58. The event of 50 removes the three before it, which only the first window holds.
  const input = inputOfHistory([
    { slot: 0, wait: 141, late: 0, value: 1 },
    { slot: 0, wait: 2, late: 0, value: 2 },
    { slot: 0, wait: 2, late: 0, value: 3 },
    { slot: 0, wait: 15, late: 0, value: 9 },
    { slot: 0, wait: 59, late: 0, value: 20 },
    { slot: 0, wait: 0, late: 69, value: 0 },
  ])
  const least: number[][] = []
  stepThrough(new Extremes(new Windows(windows), 1, undefined, 1e6), input, windows, (partial, values) => {
    assert.equal(partial[0], orNone(Math.min, values))
    least.push(partial)
  })
  assert.deepEqual(least.slice(-2), [[0], [9]])
})

test('bytes grow with keys and with entries', () => {
  const extremes = new Extremes(new Windows(windowsOf([60], 1)), 1, undefined, 1e6)
  const empty = extremes.bytes
  extremes.grow(1000)
  assert.equal(extremes.bytes - empty, 1000 * (5 * 4 + 8))
  stepThrough(
    extremes,
    inputOfHistory(Array.from({ length: 2000 }, (_, value) => ({ slot: 0, wait: 0, late: 0, value }))),
    [],
    () => undefined,
  )
  assert.ok(extremes.bytes - empty >= extremes.entries * 2 * 8)
  assert.ok(extremes.entries >= 1)
})
