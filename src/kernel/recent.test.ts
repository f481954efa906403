import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  byOrder,
  histories,
  indexed,
  inWindow,
  inputOfHistory,
  mixedHops,
  readAll,
  stepThrough,
  unordered,
  windowsOf,
} from '../../test/kernel/histories.ts'
import { Recent } from './recent.ts'
import type { StructureInput } from './structure.ts'
import { Windows } from './window.ts'

const spans = [3, 20, 60, Infinity]
const cases = { 'hop 1': windowsOf(spans, 1), 'hop 7': windowsOf(spans, 7), 'mixed hops': mixedHops }
const ks = fc.integer({ min: 1, max: 6 })

/** Value and time of the newest, of the next, … up to the first place where there is none. */
function presentOf(partial: readonly number[]): readonly number[] {
  const end = partial.findIndex(Number.isNaN)
  if (end >= 0) assert.deepEqual([end % 2, partial[end + 1]], [0, NaN])
  return end < 0 ? partial : partial.slice(0, end)
}
const newest = (input: StructureInput, events: readonly number[], k: number) =>
  byOrder(input, events)
    .toReversed()
    .slice(0, k)
    .flatMap(event => [event, input.time[event]])

for (const [name, windows] of Object.entries(cases))
  test(`each window has its newest k events, or all if there are fewer, ${name}`, () => {
    fc.assert(
      fc.property(histories, ks, (history, k) => {
        const input = inputOfHistory(indexed(history))
        const recent = new Recent(new Windows(windows), k)
        const rejected = stepThrough(recent, input, windows, (partial, values) => {
          assert.equal(partial.length, 2 * k)
          assert.deepEqual(presentOf(partial), newest(input, values, k))
        })
        assert.equal(rejected, 0)
        const perKey = [0, 1].map(slot => input.slots.filter(of => of === slot).length)
        assert.equal(recent.entries, Math.min(perKey[0], k) + Math.min(perKey[1], k))
      }),
    )
  })

test('events are in order of (time, arrival, sourcePosition) for any order of processing', () => {
  const windows = windowsOf([5, 30, Infinity], 1)
  const times = [25, 25, 30, 44, 51]
  fc.assert(
    fc.property(unordered, ks, (input, k) => {
      const recent = new Recent(new Windows(windows), k)
      const answers = readAll(
        recent,
        input,
        times.map(asOf => [0, asOf]),
      )
      answers.forEach((partials, read) =>
        windows.forEach(({ span, hop }, w) => {
          const events = inWindow(input, input.slots.length - 1, 0, times[read], span, hop)
          assert.deepEqual(presentOf(partials[w]), newest(input, events, k))
        }),
      )
    }),
  )
})

test('a window holds an event at its start and not one before it', () => {
  const input = inputOfHistory([{ slot: 0, wait: 100, late: 0, value: 9 }])
  const recent = new Recent(new Windows(windowsOf([10], 1)), 2)
  const [[edge], [outside]] = readAll(recent, input, [
    [0, 10],
    [0, 11],
  ])
  assert.deepEqual([presentOf(edge), presentOf(outside)], [[9, 0], []])
})

test('a key without events has no values in a reused row', () => {
  const recent = new Recent(new Windows(windowsOf([10, 20], 1)), 2)
  const input = inputOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  assert.deepEqual(readAll(recent, input, [[0, 0]])[0].map(presentOf), [
    [5, 0],
    [5, 0],
  ])
  assert.deepEqual(readAll(recent, { ...input, slots: new Int32Array(0) }, [[-1, 0]])[0].map(presentOf), [[], []])
  assert.deepEqual(readAll(recent, { ...input, slots: new Int32Array(0) }, [[1, 0]])[0].map(presentOf), [[], []])
})

test('bytes grow with keys and with entries, not with events', () => {
  const recent = new Recent(new Windows(windowsOf([10], 1)), 3)
  recent.grow(16)
  const few = recent.bytes
  recent.grow(1000)
  assert.ok(recent.bytes - few >= 16 * 984)
  const many = (slots: number) =>
    inputOfHistory(Array.from({ length: 3000 }, (_, at) => ({ slot: at % slots, wait: 1, late: 0, value: at })))
  const keyed = recent.bytes
  readAll(recent, many(1), [])
  assert.equal(recent.bytes, keyed)
  assert.equal(recent.entries, 3)
  readAll(recent, many(1000), [])
  assert.ok(recent.bytes > keyed)
})
