import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  countOver,
  histories,
  inWindow,
  laneOfHistory,
  mixedHops,
  readAll,
  stepThrough,
  unordered,
  windowsOf,
} from '../../test/kernel/histories.ts'
import { Distinct } from './distinct.ts'
import { Windows } from './window.ts'

const spans = [3, 20, 60, Infinity]
const cases = { 'hop 1': windowsOf(spans, 1), 'hop 7': windowsOf(spans, 7), 'mixed hops': mixedHops }
const different = (values: readonly number[]) => new Set(values).size

for (const [name, windows] of Object.entries(cases))
  test(`how many values each window holds, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const distinct = new Distinct(new Windows(windows), 11)
        const lane = laneOfHistory(history)
        const refused = stepThrough(distinct, lane, windows, ([count], values) => assert.equal(count, different(values)))
        assert.equal(refused, 0)
        assert.ok(distinct.entries <= 2 * 11)
      }),
    )
  })

for (const [name, windows] of Object.entries({ 'hop 1': windowsOf([3, 60], 1), 'lifetime too': mixedHops }))
  test(`windows of more values than the limit are refused, or count as more, and no other is; ${name}`, () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, limit) => {
        const lane = laneOfHistory(history)
        const distinct = new Distinct(new Windows(windows), limit)
        let more = 0
        const refused = stepThrough(distinct, lane, windows, ([count], values) => {
          assert.equal(count, different(values))
          if (count > limit) more++
        })
        assert.equal(refused + more, countOver(lane, windows, limit, different))
        assert.ok(distinct.entries <= 2 * (limit + 1))
      }),
    )
  })

test('the limit is answered, one more is counted, two more are lost until the window has passed the oldest', () => {
  const windows = windowsOf([60], 1)
  const distinct = new Distinct(new Windows(windows), 2)
  const waits = [0, 1, 1, 1, 58, 1, 1]
  const counts: number[] = []
  const lane = laneOfHistory(waits.map((wait, event) => ({ slot: 0, wait, late: 0, value: Math.min(event, 3) })))
  const refused = stepThrough(distinct, lane, windows, ([count]) => counts.push(count))
  assert.deepEqual([counts, refused, distinct.entries], [[1, 2, 3, 3, 2, 1], 1, 1])
})

test('the order of processing changes no count', () => {
  const windows = windowsOf([5, 30, Infinity], 1)
  const clocks = [25, 25, 30, 44, 51]
  fc.assert(
    fc.property(unordered, fc.integer({ min: 1, max: 9 }), (indexed, values) => {
      const lane = { ...indexed, value: indexed.value.map(event => event % values) }
      const asked = clocks.map(clock => [0, clock] as const)
      readAll(new Distinct(new Windows(windows), 9), lane, asked).forEach((partials, read) =>
        windows.forEach(({ span, hop }, w) =>
          assert.deepEqual(partials[w], [different(inWindow(lane, lane.slots.length - 1, 0, clocks[read], span, hop))]),
        ),
      )
    }),
  )
})

test('a key without events has none, whatever its row held before', () => {
  const lane = laneOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  const distinct = new Distinct(new Windows(windowsOf([10, 50], 1)), 5)
  assert.deepEqual(readAll(distinct, lane, [[0, 0]]), [[[1], [2]]])
  assert.deepEqual(readAll(distinct, { ...lane, slots: new Int32Array(0) }, [[-1, 0]]), [[[0], [0]]])
})

test('a key keeps the values of its longest window, and bytes grow with keys and with entries', () => {
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, history => {
      const distinct = new Distinct(new Windows(windows), 20)
      const lane = laneOfHistory(history.map(event => ({ ...event, slot: 0, late: 0 })))
      let longest = 0
      stepThrough(distinct, lane, windows, ([count]) => {
        longest = count
      })
      assert.equal(distinct.entries, longest)
    }),
  )
  const distinct = new Distinct(new Windows(windows), 5000)
  const empty = distinct.bytes
  distinct.grow(1000)
  const keyed = distinct.bytes
  assert.equal(keyed - empty, 1000 * (4 * 4 + 8))
  const many = laneOfHistory(Array.from({ length: 2000 }, (_, value) => ({ slot: 0, wait: 0, late: 0, value })))
  readAll(distinct, many, [])
  assert.equal(distinct.entries, 2000)
  assert.ok(distinct.bytes - empty >= 2000 * 2 * 8)
})
