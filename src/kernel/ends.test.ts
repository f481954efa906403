import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  byOrder,
  countOver,
  histories,
  indexed,
  inWindow,
  keepsTiles,
  inputOfHistory,
  mixedHops,
  readAll,
  stepThrough,
  unordered,
  windowsOf,
} from '../../test/kernel/histories.ts'
import { Ends } from './ends.ts'
import type { StructureInput } from './structure.ts'
import { tileStart, Windows } from './window.ts'

const spans = [3, 20, 60, Infinity]
const finiteMixed = mixedHops.filter(({ span }) => span < Infinity)
const cases = {
  'hop 1': windowsOf(spans, 1),
  'hop 7': windowsOf(spans, 7),
  'mixed hops': mixedHops,
  'lifetime alone': windowsOf([Infinity], 1),
}
const none = [NaN, NaN, NaN, NaN]

/** The expected partial of a window: value of the first and of the last event, which are their indices, and their times. */
function endsOf(input: StructureInput, events: readonly number[]): number[] {
  const ordered = byOrder(input, events)
  const [first, last] = [ordered[0], ordered.at(-1)!]
  return ordered.length === 0 ? none : [first, last, input.time[first], input.time[last]]
}

for (const [name, windows] of Object.entries(cases)) {
  test(`the first and the last event of each window, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const input = inputOfHistory(indexed(history))
        const rejected = stepThrough(new Ends(new Windows(windows), 1e6), input, windows, (partial, events) =>
          assert.deepEqual(partial, endsOf(input, events)),
        )
        assert.equal(rejected, 0)
      }),
    )
  })

  test(`events are in order of (time, arrival, sourcePosition) for any order of processing, ${name}`, () => {
    const times = [25, 25, 30, 44, 51, 90]
    fc.assert(
      fc.property(unordered, input => {
        const queries = times.map(asOf => [0, asOf] as const)
        readAll(new Ends(new Windows(windows), 1e6), input, queries).forEach((partials, read) =>
          windows.forEach(({ span, hop }, w) =>
            assert.deepEqual(partials[w], endsOf(input, inWindow(input, input.slots.length - 1, 0, times[read], span, hop))),
          ),
        )
      }),
    )
  })
}

for (const [name, windows] of Object.entries({ 'hop 1': windowsOf([3, 60], 1), 'hop 7': windowsOf([3, 60], 7), 'mixed hops': finiteMixed }))
  test(`past maxEntries a window is rejected or correct, ${name}`, () => {
    let rejections = 0
    const { tileWidth } = new Windows(windows)
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, maxEntries) => {
        const input = inputOfHistory(indexed(history))
        const ends = new Ends(new Windows(windows), maxEntries)
        const rejected = stepThrough(ends, input, windows, (partial, events) => assert.deepEqual(partial, endsOf(input, events)))
        const entriesOf = (events: number[]) =>
          new Set(tileWidth === 1 ? events : events.map(event => tileStart(input.time[event], tileWidth))).size
        if (name !== 'mixed hops') assert.equal(rejected, countOver(input, windows, maxEntries, entriesOf))
        assert.ok(ends.entries <= 2 * maxEntries)
        rejections += rejected
      }),
    )
    assert.ok(rejections > 0)
  })

test('a key keeps one entry for each tile of its longest window, at hop 1 for each event', () =>
  keepsTiles(windows => new Ends(new Windows(windows), 1e6)))

test('an event before every window takes no entry', () => {
  const ends = new Ends(new Windows(windowsOf([3, 60], 1)), 1e6)
  readAll(ends, inputOfHistory([0, 61, 60].map(late => ({ slot: 0, wait: 0, late, value: 1 }))), [])
  assert.equal(ends.entries, 2)
})

test('without reads, a list drops entries before every window and thins those that only wide hops can see', () => {
  const input = inputOfHistory(Array.from({ length: 20_000 }, () => ({ slot: 0, wait: 5, late: 0, value: 1 })))
  const windows = [
    { span: 100, hop: 1 },
    { span: 10_000, hop: 100 },
  ]
  const ends = new Ends(new Windows(windows), 1e6)
  readAll(ends, input, [])
  assert.ok(ends.entries <= 2 * (2 + 100 + 2 + 100), `${ends.entries} entries`)
})

test('a key without events has no values in a reused row', () => {
  const input = inputOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  const ends = new Ends(new Windows(windowsOf([10, 50], 1)), 5)
  assert.deepEqual(readAll(ends, input, [[0, 0]]), [
    [
      [5, 5, 0, 0],
      [4, 5, -50, 0],
    ],
  ])
  const noEvents = { ...input, slots: new Int32Array(0) }
  assert.deepEqual(readAll(ends, noEvents, [[-1, 0]]), [[none, none]])
  assert.deepEqual(readAll(ends, noEvents, [[1, 0]]), [[none, none]])
})

test('bytes grow with keys and with entries', () => {
  const ends = new Ends(new Windows(windowsOf([60], 1)), 1e6)
  const empty = ends.bytes
  ends.grow(1000)
  assert.equal(ends.bytes - empty, 1000 * (4 * 4 + 4 * 8 + 8))
  readAll(ends, inputOfHistory(Array.from({ length: 2000 }, () => ({ slot: 0, wait: 0, late: 0, value: 1 }))), [])
  assert.equal(ends.entries, 2000)
  assert.ok(ends.bytes - empty >= 2000 * 4 * 8)
})
