import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Extremes } from './extremes.ts'
import { histories, laneOfHistory, mixedHops, stepThrough, windowsOf } from '../../test/kernel/histories.ts'
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
          const refused = stepThrough(structure, laneOfHistory(history), windows, ([partial], values) =>
            assert.equal(partial, orNone(of, values)),
          )
          assert.equal(refused, 0)
        }),
      )
    })

test('past maxEntries a window is refused or right', () => {
  let refusals = 0
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 3 }), (history, maxEntries) => {
      const least = new Extremes(new Windows(windows), 1, undefined, maxEntries)
      refusals += stepThrough(least, laneOfHistory(history), windows, ([partial], values) =>
        assert.equal(partial, orNone(Math.min, values)),
      )
      assert.ok(least.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(refusals > 0)
})

test('values that get worse all the time leave one entry a tile that a window can start at', () => {
  const windows = [
    { span: 100, hop: 1 },
    { span: 10_000, hop: 100 },
  ]
  const lane = laneOfHistory(Array.from({ length: 20_000 }, (_, value) => ({ slot: 0, wait: 5, late: 0, value })))
  const least = new Extremes(new Windows(windows), 1, undefined, 1e6)
  stepThrough(least, lane, [], () => undefined)
  assert.ok(least.entries <= 2 * (2 + 100 + 2 + 100), `${least.entries} entries`)
})
