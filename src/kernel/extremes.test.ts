import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Extremes } from './extremes.ts'
import { histories, laneOfHistory, stepThrough } from '../../test/kernel/histories.ts'

const spans = [3, 20, 60, Infinity]
const orNone = (of: (...values: number[]) => number, values: readonly number[]) => (values.length > 0 ? of(...values) : NaN)
const extremes = { least: { sign: 1, of: Math.min }, greatest: { sign: -1, of: Math.max } } as const

for (const [name, { sign, of }] of Object.entries(extremes))
  for (const hop of [1, 7])
    test(`the ${name} of each window, hop ${hop}`, () => {
      fc.assert(
        fc.property(histories, history => {
          const refused = stepThrough(
            new Extremes(spans, hop, sign, undefined, 1e6),
            laneOfHistory(history),
            spans,
            hop,
            ([partial], values) => assert.equal(partial, orNone(of, values)),
          )
          assert.equal(refused, 0)
        }),
      )
    })

test('past maxEntries a window is refused or right', () => {
  let refusals = 0
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 3 }), (history, maxEntries) => {
      const least = new Extremes([3, 60], 1, 1, undefined, maxEntries)
      refusals += stepThrough(least, laneOfHistory(history), [3, 60], 1, ([partial], values) =>
        assert.equal(partial, orNone(Math.min, values)),
      )
      assert.ok(least.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(refusals > 0)
})
