import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { AppendIds } from './append-ids.ts'

const always = () => true

test('an id is found until it is older than dedupe, to the millisecond', () => {
  const ids = new AppendIds('s', 1000)
  ids.add(1, 2, 7, 5000)
  assert.equal(ids.find(1, 2, 6000, always), 7)
  assert.equal(ids.find(1, 2, 6001, always), -1)
  assert.equal(ids.find(1, 3, 5000, always), -1)
  assert.equal(ids.find(2, 2, 5000, always), -1)
})

test('of two ids with one hash the one that is the same is found', () => {
  const ids = new AppendIds('s', 1000)
  ids.add(1, 2, 7, 5000)
  ids.add(1, 2, 8, 5000)
  assert.equal(
    ids.find(1, 2, 5000, sequence => sequence === 7),
    7,
  )
  assert.equal(
    ids.find(1, 2, 5000, () => false),
    -1,
  )
})

test('the limit counts ids within dedupe, and no others', () => {
  const ids = new AppendIds('s', 10, 3)
  for (const arrival of [0, 5, 10]) ids.add(arrival, 0, arrival, arrival)
  assert.throws(() => ids.add(9, 9, 9, 10), { code: 'SPILL_LIMIT', message: /more than 3 ids within 10ms \(DEDUPE_IDS_MAX\)/ })
  ids.add(9, 9, 9, 11)
})

test('it answers as a list of all ids does, and forgets what is long past', () => {
  const step = fc.record({ wait: fc.nat(30), id: fc.nat(8), same: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const ids = new AppendIds('s', 100)
      const all: { id: number; arrival: number }[] = []
      let arrival = 0
      for (const { wait, id, same } of steps) {
        arrival += wait
        // Ids of one hash: the higher ones share theirs.
        const [high, low] = [id % 4, (id % 4) * 2048]
        const isSame = (sequence: number) => same && all[sequence].id === id
        const expected = all.findLastIndex(entry => same && entry.id === id && entry.arrival >= arrival - 100)
        assert.equal(ids.find(high, low, arrival, isSame), expected)
        ids.add(high, low, all.length, arrival)
        all.push({ id, arrival })
      }
      const recent = all.filter(entry => entry.arrival >= arrival - 200 - 60)
      assert.ok(ids.size <= recent.length, `${ids.size} ids are kept`)
    }),
  )
})
