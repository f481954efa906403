import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { firstEntryFrom, insertionPoint, isLaterEvent } from './order.ts'

const times = fc.array(fc.nat(30), { maxLength: 40 }).map(list => list.sort((a, b) => a - b))

test('an entry is inserted after all entries that are not later, and a window starts at the first entry that is not earlier', () => {
  fc.assert(
    fc.property(times, fc.nat(30), fc.nat(5), fc.nat(5), (list, time, skipped, left) => {
      const data = new Float64Array(list.length * 3)
      list.forEach((t, i) => (data[i * 3] = t))
      const from = Math.min(skipped, list.length)
      const to = Math.max(from, list.length - left)
      const inside = list.slice(from, to)
      assert.equal(insertionPoint(data, 3, from, to, time), from + inside.filter(t => t <= time).length)
      assert.equal(firstEntryFrom(data, 3, from, to, time), from + inside.filter(t => t < time).length)
    }),
    { numRuns: 500 },
  )
})

test('after is by time, then arrival, then source position, and never after itself', () => {
  const events = [
    [1, 5, 9],
    [2, 1, 0],
    [2, 1, 1],
    [2, 2, 0],
    [3, 0, 0],
  ] as const
  events.forEach((a, i) =>
    events.forEach((b, j) => assert.equal(isLaterEvent(a[0], a[1], a[2], b[0], b[1], b[2]), i > j, `${i} after ${j}`)),
  )
})
