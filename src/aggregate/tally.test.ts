import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ValueTally } from './partial/kernel-partial.ts'
import { rankTally } from './quantile.ts'
import { topTally } from './top-k.ts'

type Pair = readonly [value: number, count: number]

/** The result of a tally over pairs in the middle of other data. */
function columnsOf(tally: ValueTally, pairs: readonly Pair[], order = (left: number, right: number): number => left - right): number[] {
  const data = Float64Array.of(-9, 7, ...pairs.flat(), 9, 7)
  const out = Array.from({ length: tally.width }, () => Float64Array.of(-777, -777, -777))
  tally.read({ data, from: 1, to: 1 + pairs.length, order }, out, 1)
  for (const column of out) assert.deepEqual([column[0], column[2]], [-777, -777])
  return out.map(column => column[1])
}

const readOf = (q: number, ...pairs: readonly Pair[]): number => columnsOf(rankTally(q), pairs)[0]

test('the value of rank ⌈q · n⌉, the least for 0 and the greatest for 1', () => {
  const pairs = [
    [-5, 1],
    [0, 3],
    [2, 4],
    [8, 2],
  ] as const
  const parts = [0, 0.1, 0.11, 0.4, 0.41, 0.8, 0.801, 0.99, 1]
  assert.deepEqual(
    parts.map(q => readOf(q, ...pairs)),
    [-5, -5, 0, 0, 2, 2, 8, 8, 8],
  )
  assert.equal(readOf(0.95, [1, 18], [2, 1], [3, 1]), 2, '0.95 · 20 is 19 in doubles')
})

test('NaN for no values, and a single value itself', () => {
  assert.deepEqual(
    [0, 0.5, 1].map(q => readOf(q)),
    [NaN, NaN, NaN],
  )
  assert.deepEqual(
    [0, 0.5, 1].map(q => readOf(q, [4, 1])),
    [4, 4, 4],
  )
})

test('the most frequent values, of equals the lesser first, and NaN after the last', () => {
  const pairs: Pair[] = [
    [-5, 2],
    [0, 3],
    [2, 1],
    [8, 3],
    [9, 2],
  ]
  assert.deepEqual(columnsOf(topTally(3, 9), pairs), [5, 0, 8, -5])
  assert.deepEqual(columnsOf(topTally(5, 5), pairs), [5, 0, 8, -5, 9, 2])
  assert.deepEqual(columnsOf(topTally(7, 9), pairs), [5, 0, 8, -5, 9, 2, NaN, -777])
  assert.deepEqual(columnsOf(topTally(2, 9), []), [0, NaN, -777])
  assert.deepEqual(
    columnsOf(topTally(3, 9), pairs, (left, right) => right - left),
    [5, 8, 0, 9],
  )
})

test('more values than the limit are counted, and none is returned', () => {
  const pairs: Pair[] = [
    [1, 2],
    [2, 3],
    [3, 1],
  ]
  assert.deepEqual(
    [3, 2].map(limit => columnsOf(topTally(1, limit), pairs)),
    [
      [3, 2],
      [3, NaN],
    ],
  )
})

test('the most frequent values do not depend on the order of values', () => {
  const some = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 12 }).chain(counts =>
    fc.record({
      counts: fc.constant(counts),
      ranks: fc.shuffledSubarray([...counts.keys()], { minLength: counts.length }),
      k: fc.integer({ min: 1, max: 14 }),
    }),
  )
  fc.assert(
    fc.property(some, ({ counts, ranks, k }) => {
      // Values are 10, 11, …, in the order of their ranks.
      const pairs = counts.map((count, i): Pair => [10 + i, count])
      const order = (left: number, right: number) => ranks[left - 10] - ranks[right - 10]
      const expected = pairs.toSorted(([a, n], [b, m]) => m - n || order(a, b)).map(([value]) => value)
      const [different, ...found] = columnsOf(topTally(k, 12), pairs, order)
      assert.equal(different, counts.length)
      assert.deepEqual(found.slice(0, counts.length), expected.slice(0, k))
      if (k > counts.length) assert.equal(found[counts.length], NaN)
    }),
    { numRuns: 500 },
  )
})
