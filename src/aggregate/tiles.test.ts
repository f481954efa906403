import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureIR, Value } from '../define/ir/ir.ts'
import { aggregateOf } from './aggregate-of.ts'
import type { TileEvent } from './partial/tile-format.ts'

const decimal = { op: 'column', name: 'x', type: 'decimal', scale: 2 } as const
const double = { op: 'column', name: 'x', type: 'double' } as const
const text = { op: 'column', name: 'x', type: 'string' } as const
const base = { name: 'f', window: 60_000, hop: 1_000, type: 'double' } as const

const eventsOf = (...values: readonly Value[]): TileEvent[] =>
  values.map((value, i) => ({ time: 1_000 + 10 * i, arrival: 2_000 + i, partition: 0, offset: i, value }))

function cellsOf(feature: Omit<FeatureIR, 'name' | 'window' | 'hop' | 'type'>, events: readonly TileEvent[]): unknown {
  const aggregate = aggregateOf({ ...base, ...feature })
  return aggregate.encode(events.map(event => aggregate.lift(event)).reduce((left, right) => aggregate.merge(left, right)))
}

// The format is public: a change of these cells is a new TILE_VERSION.
test('the cells of each aggregate are those of docs/reference/tiles.md', () => {
  const amounts = eventsOf(150, -50)
  assert.deepEqual(cellsOf({ agg: 'count' }, amounts), [2])
  assert.deepEqual(cellsOf({ agg: 'share' }, eventsOf(true, false, true)), [3, 2])
  assert.deepEqual(cellsOf({ agg: 'histogram', input: decimal, bounds: [0, 100] }, eventsOf(-1, 0, 100, 101)), [2, 1, 1])
  assert.deepEqual(cellsOf({ agg: 'sum', input: decimal }, amounts), [2, '100'])
  assert.deepEqual(cellsOf({ agg: 'mean', input: double }, eventsOf(0.5, 1.5)), [2, 2, 0])
  assert.deepEqual(cellsOf({ agg: 'variance', input: decimal }, amounts), [2, '100', '25000', 150])
  assert.deepEqual(cellsOf({ agg: 'stddev', input: double }, eventsOf(1, 3)), [2, 2, 2])
  assert.deepEqual(cellsOf({ agg: 'slope', input: decimal }, amounts), [2, '100', '25000', 150, '2010', '2020100', '99500'])
  assert.deepEqual(cellsOf({ agg: 'slope', input: double }, eventsOf(1, 3)), [2, 1000, 5, 2, 50, 10])
  assert.deepEqual(cellsOf({ agg: 'decayedSum', input: decimal, halfLife: 10 }, amounts), [2, -50 * 2 ** 5 + 150 * 2 ** 4, 0, 6])
  assert.deepEqual(cellsOf({ agg: 'min', input: text }, eventsOf('b', 'é', 'Z')), ['Z'])
  assert.deepEqual(cellsOf({ agg: 'max', input: decimal }, amounts), [150])
  assert.deepEqual(cellsOf({ agg: 'change', input: decimal }, amounts), [[1000, 2000, 0, 0, 150], [[1010, 2001, 0, 1, -50]]])
  assert.deepEqual(cellsOf({ agg: 'lastK', k: 2, input: decimal }, eventsOf(1, 2, 3)), [
    [
      [1020, 2002, 0, 2, 3],
      [1010, 2001, 0, 1, 2],
    ],
  ])
  assert.deepEqual(cellsOf({ agg: 'topK', k: 1, input: text }, eventsOf('b', 'a', 'b')), [
    [
      ['a', 1],
      ['b', 2],
    ],
  ])
  assert.deepEqual(cellsOf({ agg: 'quantile', q: 0.5, input: double }, eventsOf(1.001, 1.002, 7)), [
    [
      [1, 2],
      [7, 1],
    ],
  ])
})

test('the final value of a tile is per unit of time, and of a decimal in whole units', () => {
  // 1.50, −0.50, 4.00 at 0, 10 and 20 ms: the least-squares slope is 1.25 in 10 ms.
  const amounts = eventsOf(150, -50, 400)
  const finalOf = (feature: Pick<FeatureIR, 'agg' | 'input' | 'per'>, events = amounts): unknown => {
    const aggregate = aggregateOf({ ...base, ...feature })
    return aggregate.finalize(
      events.map(event => aggregate.lift(event)).reduce((left, right) => aggregate.merge(left, right)),
      5_000,
    )
  }
  const int = { op: 'column', name: 'x', type: 'int' } as const
  for (const [input, factor] of [
    [decimal, 1],
    [int, 100],
    [double, 100],
  ] as const) {
    assert.deepEqual(finalOf({ agg: 'slope', input, per: 1000 }), { value: 125 * factor })
    assert.deepEqual(finalOf({ agg: 'slope', input }), { value: 7500 * factor })
    assert.deepEqual(finalOf({ agg: 'rate', input, per: 1000 }), { value: 125 * factor })
  }
  for (const input of [decimal, double]) {
    assert.deepEqual(finalOf({ agg: 'slope', input }, amounts.slice(1, 2)), { value: null })
    const sameTime = amounts.map(event => ({ ...event, time: 1_000 }))
    assert.deepEqual(finalOf({ agg: 'slope', input }, sameTime), { value: null })
    assert.deepEqual(finalOf({ agg: 'slope', input, per: 1000 }, amounts.slice(0, 2)), { value: input === decimal ? -200 : -20_000 })
  }
})

test('exact sums do not lose what exceeds 2^53', () => {
  const largest = Number.MAX_SAFE_INTEGER
  assert.deepEqual(cellsOf({ agg: 'sum', input: decimal }, eventsOf(largest, largest, 2)), [3, '18014398509481984'])
})

test('a tile in which no event takes part changes nothing', () => {
  for (const [agg, empty] of [
    ['sum', [0, null]],
    ['min', [null]],
    ['change', [null, null]],
    ['last', [null]],
  ] as const) {
    const aggregate = aggregateOf({ ...base, agg, input: decimal })
    const partial = aggregate.decode(empty)
    const one = aggregate.lift(eventsOf(7)[0])
    const merged = partial === undefined ? one : aggregate.merge(partial, one)
    assert.deepEqual(aggregate.finalize(merged, 5_000), aggregate.finalize(one, 5_000))
    assert.equal(aggregate.finalize(partial, 5_000).value, null)
  }
})
