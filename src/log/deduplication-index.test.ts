import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DeduplicationIndex } from './deduplication-index.ts'

const always = () => true

test('finds an id until it is older than dedupe, to the millisecond', () => {
  const ids = new DeduplicationIndex('s', 1000)
  ids.add(1, 2, 7, 5000)
  assert.equal(ids.find(1, 2, 6000, always), 7)
  assert.equal(ids.find(1, 2, 6001, always), -1)
  assert.equal(ids.find(1, 3, 5000, always), -1)
  assert.equal(ids.find(2, 2, 5000, always), -1)
})

test('compares ids of equal hash and finds the equal one', () => {
  const ids = new DeduplicationIndex('s', 1000)
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

test('counts ids within dedupe only towards the limit', () => {
  const ids = new DeduplicationIndex('s', 10, 3)
  for (const arrival of [0, 5, 10]) ids.add(arrival, 0, arrival, arrival)
  assert.throws(() => ids.add(9, 9, 9, 10), { code: 'SPILL_LIMIT', message: /more than 3 ids within 10ms \(DEDUPE_IDS_MAX\)/ })
  ids.add(9, 9, 9, 11)
})

test('adding a segment equals adding its ids one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.integer(), fc.nat(2)), { minLength: 1, maxLength: 60 }), fc.nat(5), (rows, gap) => {
      const [oneByOne, all] = [new DeduplicationIndex('s', 20), new DeduplicationIndex('s', 20)]
      // Leaves little room in the chunk.
      for (const ids of [oneByOne, all]) for (let i = 0; i < 8192 - 20; i++) ids.add(7, i + 1, i, 0)
      let at = gap
      const arrival = Float64Array.from(rows, ([wait]) => (at += wait))
      const hashes = {
        high: Int32Array.from(rows, ([, , kind]) => (kind === 0 ? 0 : kind)),
        low: Int32Array.from(rows, ([, low, kind]) => (kind === 0 ? 0 : low)),
      }
      rows.forEach((_, i) => {
        if (hashes.high[i] !== 0) oneByOne.add(hashes.high[i], hashes.low[i], 10_000 + i, arrival[i])
      })
      all.addRows(hashes, arrival, 10_000)
      for (let i = 0; i < rows.length; i++)
        assert.equal(
          all.find(hashes.high[i], hashes.low[i], at, () => true),
          oneByOne.find(hashes.high[i], hashes.low[i], at, () => true),
        )
      assert.equal(
        all.find(7, 8000, 15, () => true),
        oneByOne.find(7, 8000, 15, () => true),
      )
    }),
    { numRuns: 20 },
  )
  const limited = new DeduplicationIndex('s', 10, 3)
  const hashes = { high: Int32Array.of(1, 0, 2, 3), low: Int32Array.of(1, 0, 2, 3) }
  limited.addRows(hashes, new Float64Array(4), 0)
  assert.throws(() => limited.addRows({ high: Int32Array.of(4), low: Int32Array.of(4) }, Float64Array.of(10), 4), { code: 'SPILL_LIMIT' })
  limited.addRows(hashes, new Float64Array(4).fill(11), 5)
  limited.addRows({ high: Int32Array.of(0), low: Int32Array.of(0) }, Float64Array.of(11), 9)
})

test('answers like a list of all ids, and drops old ids', () => {
  const step = fc.record({ wait: fc.nat(30), id: fc.nat(8), same: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const ids = new DeduplicationIndex('s', 100)
      const all: { id: number; arrival: number }[] = []
      let arrival = 0
      for (const { wait, id, same } of steps) {
        arrival += wait
        // Ids share hashes: id and id + 4 have the same.
        const [high, low] = [id % 4, (id % 4) * 2048]
        const isSame = (sequence: number) => same && all[sequence].id === id
        const expected = all.findLastIndex(entry => same && entry.id === id && entry.arrival >= arrival - 100)
        assert.equal(ids.find(high, low, arrival, isSame), expected)
        ids.add(high, low, all.length, arrival)
        all.push({ id, arrival })
      }
      const recent = all.filter(entry => entry.arrival >= arrival - 200 - 60)
      assert.ok(ids.size <= recent.length, `${ids.size} ids are stored`)
    }),
  )
})
