import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatchUp } from './catch-up.ts'

test('an event is skipped where its slot is complete up to it, and nowhere else', () => {
  const catchUp = new CatchUp(Float64Array.of(20, 40), 10)
  const slotsAfter = (slots: readonly number[], sequence: readonly number[], from = 0) => {
    const into = Int32Array.from(slots)
    catchUp.skipRestored(into, Float64Array.from(sequence), from)
    return [...into]
  }
  assert.deepEqual(slotsAfter([0, 0, 0, 1, 1, 1], [19, 20, 21, 39, 40, 41]), [-1, -1, 0, -1, -1, 1])
  assert.deepEqual(slotsAfter([2, -1, 0], [11, 11, 11]), [2, -1, -1], 'a slot of no slice has nothing yet')
  assert.deepEqual(slotsAfter([0, 0], [1, 20, 21], 1), [-1, 0], 'sequences are those of the rows from there on')
})

test('a catch-up starts after the lowest slice and ends with the highest', () => {
  const catchUp = new CatchUp(Float64Array.of(20, 40), 10)
  assert.deepEqual([catchUp.lowest, catchUp.highest], [10, 40])
  assert.equal(new CatchUp(new Float64Array(0), 10).highest, 10, 'a slice without slots has a sequence too')
})
