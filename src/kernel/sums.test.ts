import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { momentLayout } from '../aggregate/moments.ts'
import { histories, laneOfHistory, stepThrough } from '../../test/kernel/histories.ts'
import { Sums } from './sums.ts'

const spans = [3, 20, 21, 60, Infinity]
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const plain = momentLayout(new Set(['x']), 5)
const squares = momentLayout(new Set(['x', 'xx']), 5)

for (const hop of [1, 4, 7])
  test(`windows are the sums of what is in them, hop ${hop}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const refused = stepThrough(new Sums(spans, hop, plain, 1e6), laneOfHistory(history), spans, hop, (partial, values) =>
          assert.deepEqual(partial, [values.length, sumOf(values)]),
        )
        assert.equal(refused, 0)
      }),
    )
  })

test('vectors of moments, and counts alone', () => {
  fc.assert(
    fc.property(histories, history => {
      const lane = laneOfHistory(history)
      stepThrough(new Sums(spans, 1, squares, 1e6), lane, spans, 1, (partial, values) =>
        assert.deepEqual(partial, [values.length, sumOf(values), sumOf(values.map(x => x * x))]),
      )
      stepThrough(new Sums(spans, 1, momentLayout(new Set(), 0), 1e6), lane, spans, 1, (partial, values) =>
        assert.deepEqual(partial, [values.length]),
      )
    }),
  )
})

test('past maxEntries a window is refused or right, and is right again once its tail has passed', () => {
  let refusals = 0
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, maxEntries) => {
      const sums = new Sums([3, 60], 1, plain, maxEntries)
      refusals += stepThrough(sums, laneOfHistory(history), [3, 60], 1, (partial, values) =>
        assert.deepEqual(partial, [values.length, sumOf(values)]),
      )
      assert.ok(sums.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(refusals > 0)
  const lane = laneOfHistory([0, 0, 0, 100].map(wait => ({ slot: 0, wait, late: 0, value: 1 })))
  const sums = new Sums([60], 1, plain, 2)
  assert.equal(
    stepThrough(sums, lane, [60], 1, partial => assert.ok(partial[0] <= 2)),
    1,
  )
})

test('a key keeps at most W / hop + 2 tiles', () => {
  fc.assert(
    fc.property(histories, history => {
      const lane = laneOfHistory(history.map(event => ({ ...event, slot: 0 })))
      const sums = new Sums([3, 60], 7, plain, 1e6)
      stepThrough(sums, lane, [3, 60], 7, () => assert.ok(sums.entries <= 60 / 7 + 2))
    }),
  )
})

test('long runs at one key slide and grow the list; what passed 2^53 long ago leaves no trace', () => {
  const value = 2 ** 27 - 1
  const sums = new Sums([1000], 1, plain, 1e6)
  sums.grow(1)
  const at = (time: number, x: number) => {
    const instant = Float64Array.of(time)
    const place = { slots: Int32Array.of(0), position: Float64Array.of(0), skip: undefined }
    return { ...place, time: instant, arrival: instant, floor: instant, value: Float64Array.of(x) }
  }
  for (let i = 0; i < 100; i++) sums.insert(at(i, 2 ** 53 - 1), 0)
  for (let i = 0; i < 5000; i++) {
    sums.insert(at(5000 + i, value), 0)
    sums.read(0, 5000 + i, 0)
    const n = Math.min(i + 1, 1001)
    assert.deepEqual(
      sums.partials[0].map(column => column[0]),
      [n, n * value],
    )
  }
  assert.equal(sums.entries, 1001)
})
