import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceIR } from '../../test/source-ir.ts'
import { rejections, type FeatureColumn } from '../aggregate/partial/kernel-partial.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { FeatureIR, GroupIR } from '../define/ir/ir.ts'
import { Kernel } from './kernel.ts'

const source = sourceIR([
  { name: 'k', type: 'string', nullable: false },
  { name: 'x', type: 'int', nullable: false },
  { name: 's', type: 'string', nullable: false },
  { name: 'at', type: 'timestamp', nullable: false },
])
const x = { op: 'column', name: 'x', type: 'int' } as const
const s = { op: 'column', name: 's', type: 'string' } as const

function groupOf(...features: (Partial<FeatureIR> & Pick<FeatureIR, 'agg'>)[]): GroupIR {
  const full = features.map((feature, i): FeatureIR => ({ name: `f${i}`, window: 10, hop: 1, type: 'int', ...feature }))
  return { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' }, features: full }
}

/** Events as [key, time, value]; each arrives at its time and has the text of its value. */
type Event = readonly [key: string, time: number, value: number]

function blockOf(events: readonly Event[], strings: Strings, first = 0): Block {
  const time = Float64Array.from(events, event => event[1])
  const ids = (texts: readonly string[]) => ({ values: Int32Array.from(texts, text => strings.idOf(text)) })
  return {
    length: events.length,
    time,
    arrival: time,
    sourcePosition: Float64Array.from(events, (_, i) => first + i),
    columns: {
      k: ids(events.map(event => event[0])),
      s: ids(events.map(event => `t${event[2]}`)),
      x: { values: Float64Array.from(events, event => event[2]) },
      at: { values: time },
    },
  }
}

interface Layers {
  readonly kernel: Kernel
  readonly snapshot: Kernel
  readonly strings: Strings
}

/** A snapshot of the events in the cut, restored with texts of other ids, and a delta of the others. */
function layersOf(group: GroupIR, cut: readonly Event[], later: readonly Event[]): Layers {
  const [strings, others] = [new Strings(), new Strings()]
  for (const text of ['zero', 'k9', 't5']) strings.idOf(text)
  const batch = new Kernel(group, source, { strings: others })
  batch.apply(blockOf(cut, others))
  const [kernel, snapshot] = [new Kernel(group, source, { strings }), new Kernel(group, source, { strings, isSnapshot: true })]
  kernel.setSnapshot(snapshot)
  snapshot.appendSnapshotSlice(
    batch.save(0, batch.keyCount, 0),
    Int32Array.from({ length: others.size }, (_, id) => strings.idOf(others.textOf(id))),
  )
  snapshot.finishSnapshot()
  kernel.apply(blockOf(later, strings, cut.length))
  return { kernel, snapshot, strings }
}

const read = ({ kernel, strings }: Layers, keys: readonly string[], asOf: number) =>
  kernel.read([{ values: Int32Array.from(keys, key => strings.idOf(key)) }], new Float64Array(keys.length).fill(asOf))

/** Values, NULL as null and a rejection as its code in brackets. */
const cellsOf = ({ values, nulls, rejected }: FeatureColumn) =>
  Array.from(nulls, (isNull, row) => (rejected[row] ? [rejected[row]] : isNull ? null : values[row]))

test('a key is answered from the layer that has it, and from both', () => {
  const group = groupOf(
    { agg: 'count' },
    { agg: 'sum', input: x },
    { agg: 'last', input: s, type: 'string' },
    { agg: 'countDistinct', input: s },
  )
  const cut: Event[] = [
    ['body', 1, 5],
    ['both', 2, 5],
    ['both', 3, 6],
  ]
  const later: Event[] = [
    ['both', 3, 5],
    ['head', 4, 7],
  ]
  const layers = layersOf(group, cut, later)
  const [count, sum, last, distinct] = read(layers, ['body', 'both', 'head', 'none'], 5)
  assert.deepEqual(cellsOf(count), [1, 3, 1, 0])
  assert.deepEqual(cellsOf(sum), [5, 16, 7, null])
  assert.deepEqual(
    cellsOf(last).map(id => (id === null ? null : layers.strings.textOf(id as number))),
    ['t5', 't5', 't7', null],
  )
  assert.deepEqual(cellsOf(distinct), [1, 2, 1, 0])
})

test("a read below a key's watermark in either layer is rejected", () => {
  const layers = layersOf(groupOf({ agg: 'count' }), [['a', 9, 1]], [['b', 9, 1]])
  assert.deepEqual(cellsOf(read(layers, ['a', 'b', 'none'], 8)[0]), [[rejections.evicted], [rejections.evicted], 0])
  assert.deepEqual(cellsOf(read(layers, ['a', 'b'], 20)[0]), [0, 0])
  assert.deepEqual(cellsOf(read(layers, ['a', 'b'], 19)[0]), [[rejections.evicted], [rejections.evicted]])
})

test('an entry that the snapshot dropped rejects a window until it has passed; a limit of values covers both layers', () => {
  const many = Array.from({ length: 4 }, (_, i): Event => ['a', i, i])
  const group = groupOf({ agg: 'sum', input: x, maxEvents: 3 }, { agg: 'countDistinct', input: x, limit: 4 })
  const layers = layersOf(group, many, [['a', 4, 9]])
  assert.deepEqual(read(layers, ['a'], 10).map(cellsOf), [[[rejections.limit]], [5]], 'more than four values are estimated')
  assert.deepEqual(read(layers, ['a'], 11).map(cellsOf), [[15], [4]])
})

test('more values than the limit are estimated from both layers, whichever exceeds it', () => {
  const group = groupOf(
    { agg: 'countDistinct', input: x, limit: 50, window: 'lifetime' },
    { agg: 'countDistinct', input: s, limit: 50, window: 900, hop: 7 },
    { agg: 'countDistinct', input: x, limit: 50, window: 100 },
  )
  const events = Array.from({ length: 2000 }, (_, i): Event => ['a', i, (i * i) % 3001])
  for (const inCut of [(i: number) => i % 2 === 0, (i: number) => i % 9 === 0, (i: number) => i % 9 > 0, (i: number) => i < 1900]) {
    const layers = layersOf(
      group,
      events.filter((_, i) => inCut(i)),
      events.filter((_, i) => !inCut(i)),
    )
    const strings = new Strings()
    const kernel = new Kernel(group, source, { strings })
    kernel.apply(blockOf(events, strings))
    for (const asOf of [2000, 2010, 2400, 2600, 4000])
      assert.deepEqual(read(layers, ['a'], asOf).map(cellsOf), read({ ...layers, kernel, strings }, ['a'], asOf).map(cellsOf), String(asOf))
  }
})

test('a replaced layer is not read any more', () => {
  const { kernel, strings } = layersOf(groupOf({ agg: 'count' }), [['a', 1, 1]], [['a', 2, 1]])
  kernel.setSnapshot(undefined)
  assert.deepEqual(cellsOf(kernel.read([{ values: Int32Array.of(strings.idOf('a')) }], Float64Array.of(3))[0]), [1])
  assert.throws(() => kernel.setSnapshot(kernel), { code: 'SPILL_ASSERT' })
})

test('a slice of a different group, or with an unknown text, is rejected', () => {
  const group = groupOf({ agg: 'last', input: s, type: 'string' })
  const strings = new Strings()
  const batch = new Kernel(group, source, { strings })
  batch.apply(blockOf([['a', 1, 1]], strings))
  const slice = batch.save(0, 1, 0).slice()
  const into = (other: GroupIR) => new Kernel(other, source, { strings })
  const all = Int32Array.from({ length: strings.size }, (_, id) => id)
  into(group).appendSnapshotSlice(slice, all)
  assert.throws(() => into(groupOf({ agg: 'count' })).appendSnapshotSlice(slice, all), {
    code: 'SPILL_STATE',
    message: /different feature group/,
  })
  for (const ids of [all.subarray(0, 0), all.subarray(0, 1)])
    assert.throws(() => into(group).appendSnapshotSlice(slice, ids), { code: 'SPILL_STATE', message: /text -?\d+ does not exist/ })
  assert.throws(() => into(group).appendSnapshotSlice(slice.subarray(0, slice.length - 8), all), { code: 'SPILL_STATE' })
})
