import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejections, type FeatureColumn } from '../aggregate/partial/kernel-partial.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { FeatureIR, GroupIR } from '../define/ir/ir.ts'
import { step } from '../../test/kernel/step.ts'
import { sourceIR } from '../../test/source-ir.ts'
import { Kernel } from './kernel.ts'

const source = sourceIR([
  { name: 'k', type: 'string', nullable: true },
  { name: 'x', type: 'int', nullable: false, min: -1000 },
  { name: 'd', type: 'double', nullable: false },
  { name: 'at', type: 'timestamp', nullable: false },
])
const x = { op: 'column', name: 'x', type: 'int' } as const
const d = { op: 'column', name: 'd', type: 'double' } as const

function groupOf(...features: (Partial<FeatureIR> & Pick<FeatureIR, 'agg'>)[]): GroupIR {
  const full = features.map((feature, i): FeatureIR => ({ name: `f${i}`, window: 10, hop: 1, type: 'int', ...feature }))
  return { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' }, features: full }
}

const strings = new Strings()
const ids = (keys: readonly (string | null)[]) => ({
  values: Int32Array.from(keys, key => (key === null ? 0 : strings.idOf(key))),
  nulls: Uint8Array.from(keys, key => Number(key === null)),
})

/** Events as [key, time, value, arrival]; the arrival is the time by default. */
function blockOf(events: readonly (readonly [key: string | null, time: number, value: number, arrival?: number])[]): Block {
  const time = Float64Array.from(events, event => event[1])
  const values = Float64Array.from(events, event => event[2])
  return {
    length: events.length,
    time,
    arrival: Float64Array.from(events, event => event[3] ?? event[1]),
    sourcePosition: Float64Array.from(events.keys()),
    columns: { k: ids(events.map(event => event[0])), x: { values }, d: { values }, at: { values: time } },
  }
}

const kernelOf = (group: GroupIR) => new Kernel(group, source, { strings })
const read = (kernel: Kernel, keys: readonly (string | null)[], times: readonly number[]) =>
  kernel.read([ids(keys)], Float64Array.from(times))

/** Values, NULL as null and a rejection as its code in brackets. */
const cellsOf = ({ values, nulls, rejected }: FeatureColumn) =>
  Array.from(nulls, (isNull, row) => (rejected[row] ? [rejected[row]] : isNull ? null : values[row]))

test('a read after each event reads its key with that event visible, and before without it', () => {
  const kernel = kernelOf(groupOf({ agg: 'count' }, { agg: 'sum', input: x }, { agg: 'count', before: true }))
  const out = step(
    kernel,
    blockOf([
      ['a', 1, 5],
      ['b', 2, 7],
      ['a', 3, 6],
      ['a', 13, 1],
      [null, 14, 9],
    ]),
  )
  assert.deepEqual(out.map(cellsOf), [
    [1, 1, 2, 2, 0],
    [5, 7, 11, 7, null],
    [0, 0, 1, 1, 0],
  ])
  assert.equal(kernel.keyCount, 2)
  assert.ok(kernel.bytes > 0)
})

test('the example at the head of the kernel', () => {
  const out = step(
    kernelOf(groupOf({ agg: 'count' }, { agg: 'sum', input: x })),
    blockOf([
      ['a', 1, 5],
      ['b', 2, 7],
      ['a', 4, 6],
    ]),
  )
  assert.deepEqual(out.map(cellsOf), [
    [1, 1, 2],
    [5, 7, 11],
  ])
})

test('a key never seen, or NULL, has no events', () => {
  const kernel = kernelOf(
    groupOf({ agg: 'count' }, { agg: 'min', input: x }, { agg: 'countDistinct', input: x }, { agg: 'last', input: x }),
  )
  kernel.apply(blockOf([['a', 1, 5]]))
  assert.deepEqual(read(kernel, ['a', 'never', null], [2, 2, 2]).map(cellsOf), [
    [1, 0, 0],
    [5, null, null],
    [1, 0, 0],
    [5, null, null],
  ])
})

test("an as-of time below the key's watermark is rejected, in this block and in later ones; a read at it is answered", () => {
  const kernel = kernelOf(groupOf({ agg: 'count' }, { agg: 'last', input: x }))
  kernel.apply(
    blockOf([
      ['a', 5, 1, 20],
      ['b', 6, 2, 30],
    ]),
  )
  assert.deepEqual(read(kernel, ['b', 'a', 'a', 'b'], [29, 20, 19, 30]).map(cellsOf), [
    [[rejections.evicted], 0, [rejections.evicted], 0],
    [[rejections.evicted], null, [rejections.evicted], null],
  ])
  assert.deepEqual(cellsOf(read(kernel, ['a'], [19])[0]), [[rejections.evicted]])
})

test('an event that becomes visible after a later read does not enter windows that have passed it', () => {
  for (const input of [x, d]) {
    const kernel = kernelOf(groupOf({ agg: 'sum', input, window: 10 }, { agg: 'sum', input, window: 100 }))
    kernel.apply(blockOf([['a', 50, 1]]))
    read(kernel, ['a'], [70])
    kernel.apply(blockOf([['a', 49, 2, 52]]))
    assert.deepEqual(read(kernel, ['a'], [70]).map(cellsOf), [[null], [3]], input.type)
  }
})

test('past maxEvents, windows that reach a dropped event are rejected until their tails have passed it', () => {
  for (const [agg, input, expected] of [
    ['sum', x, 7],
    ['sum', d, 7],
    ['first', x, 3],
    ['count', undefined, 2],
  ] as const) {
    const feature = { agg, ...(input && { input }), maxEvents: 2 }
    const kernel = kernelOf(groupOf({ ...feature, window: 10 }))
    const out = step(
      kernel,
      blockOf([
        ['a', 1, 1],
        ['a', 2, 2],
        ['a', 3, 3],
        ['a', 4, 4],
      ]),
    )
    assert.deepEqual(cellsOf(out[0]).slice(2), [[rejections.limit], [rejections.limit]], `${agg} while it is reached`)
    assert.deepEqual(cellsOf(read(kernel, ['a'], [12])[0]), [[rejections.limit]], `${agg} at the last as-of time that reaches it`)
    assert.deepEqual(cellsOf(read(kernel, ['a'], [13])[0]), [expected], `${agg} once the tail has passed it`)
  }
})

test('a value too large for exact moments rejects only the rows whose window holds it', () => {
  const large = 2 ** 41
  const kernel = kernelOf(groupOf({ agg: 'variance', input: x, type: 'double' }, { agg: 'slope', input: x, per: 1, type: 'double' }))
  const out = step(
    kernel,
    blockOf([
      ['a', 1, 1],
      ['a', 2, 3],
      ['a', 3, large],
      ['a', 14, 4],
      ['a', 15, 6],
    ]),
  )
  assert.deepEqual(out.map(cellsOf), [
    [null, 2, [rejections.range], null, 2],
    [null, 2, [rejections.range], null, 2],
  ])
})

test('more events than a pass holds, from one block or from two, give the same values', () => {
  const events = Array.from({ length: 70_000 }, (_, i) => [`k${i % 3}`, i, i % 7] as const)
  const group = groupOf({ agg: 'sum', input: x, window: 100 }, { agg: 'max', input: x, window: 100 })
  const whole = step(kernelOf(group), blockOf(events)).map(cellsOf)
  const parts = kernelOf(group)
  const halves = [events.slice(0, 30_001), events.slice(30_001)].map(half => step(parts, blockOf(half)).map(cellsOf))
  assert.deepEqual(
    whole,
    halves[0].map((column, f) => [...column, ...halves[1][f]]),
  )
  assert.equal(
    whole[0][69_999],
    events
      .slice(69_899)
      .filter(([key]) => key === events[69_999][0])
      .reduce((sum, [, , v]) => sum + v, 0),
  )
})

test('reused columns equal new columns', () => {
  const group = groupOf({ agg: 'sum', input: x }, { agg: 'lastK', k: 2, input: x }, { agg: 'min', input: x, before: true })
  const first = blockOf([
    ['a', 1, 5],
    ['a', 2, 7],
    ['b', 3, 1],
  ])
  const second = blockOf([
    [null, 40, 2],
    ['c', 41, 4],
  ])
  const columns = step(kernelOf(group), first)
  const reused = step(kernelOf(group), second, columns)
  assert.equal(reused, columns)
  for (const [f, column] of step(kernelOf(group), second).entries()) {
    assert.deepEqual(columns[f].values.subarray(0, 2 * column.width), column.values)
    assert.deepEqual(columns[f].nulls.subarray(0, 2), column.nulls)
    assert.deepEqual(columns[f].counts?.subarray(0, 2), column.counts)
  }
  assert.throws(() => step(kernelOf(group), first, step(kernelOf(group), second)), { code: 'SPILL_ASSERT' })
})
