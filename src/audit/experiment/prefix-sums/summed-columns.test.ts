import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejections } from '../../../aggregate/partial/kernel-partial.ts'
import { random } from '../../../base/random.ts'
import { Strings } from '../../../columns/strings.ts'
import type { Block } from '../../../columns/block.ts'
import type { FeatureIR, GroupIR, PlacementIR, SourceIR } from '../../../define/ir/ir.ts'
import { replayLog, type ReplayLog } from '../../../replay/log.ts'
import { sourceIR } from '../../../../test/source-ir.ts'
import { replayedColumns } from '../replay/group-columns.ts'
import { memoizePrefixes, type DecisionRows } from '../timeline/timeline.ts'
import { summedColumns } from './summed-columns.ts'
import { SummedGroups } from './summed-groups.ts'

const source = sourceIR([
  { name: 'k', type: 'string', nullable: true },
  { name: 'x', type: 'int', nullable: true, min: -1000, max: 1000 },
  { name: 'd', type: 'double', nullable: false },
  { name: 'at', type: 'timestamp', nullable: false },
])
const x = { op: 'column', name: 'x', type: 'int' } as const
const d = { op: 'column', name: 'd', type: 'double' } as const
const positive = { op: 'gt', type: 'bool', left: x, right: { op: 'literal', type: 'int', value: 0 } } as const

type GivenFeature = Partial<FeatureIR> & Pick<FeatureIR, 'agg'>

const groupOf = (place: PlacementIR, ...features: GivenFeature[]): GroupIR => ({
  name: 'g',
  source: 's',
  entity: ['e'],
  key: ['k'],
  place,
  features: features.map((feature, i): FeatureIR => ({ name: `f${i}`, window: 10, hop: 1, type: 'int', ...feature })),
})

type Event = readonly [key: string | null, time: number, value: number | null, arrival?: number]

/** A log of one source, whose events trigger, and the decisions on it. */
function logged(events: readonly Event[], of: SourceIR = source): { readonly log: ReplayLog; readonly rows: DecisionRows } {
  const strings = new Strings()
  const time = Float64Array.from(events, event => event[1])
  const values = Float64Array.from(events, event => event[2] ?? 0)
  const marks = (column: 0 | 2) => Uint8Array.from(events, event => Number(event[column] === null))
  const block: Block = {
    length: events.length,
    time,
    arrival: Float64Array.from(events, event => event[3] ?? event[1]),
    sourcePosition: Float64Array.from(events.keys()),
    columns: {
      k: { values: Int32Array.from(events, event => strings.idOf(event[0] ?? '')), nulls: marks(0) },
      x: { values, nulls: marks(2) },
      d: { values: values.map(value => value / 3) },
      at: { values: time },
    },
  }
  const order = { length: events.length, source: new Uint8Array(events.length), row: Uint32Array.from(events.keys()) }
  const log = replayLog({ sources: [of] } as never, new Map([[of.name, { source: of, block, rejected: [] } as never]]), strings, { order })
  const points = { t: block.arrival, prefixes: memoizePrefixes(name => log.prefixes(name, of.name)), source: of.name }
  return { log, rows: { length: events.length, points, columnOf: name => block.columns[name] } }
}

const columnsOf = (group: GroupIR, { log, rows }: ReturnType<typeof logged>, groups = new SummedGroups()) =>
  summedColumns({ group, key: ['k'] }, rows, log, groups)

/** NULL as null, a rejected value as its code in brackets, undefined where a replay is needed. */
const shown = (columns: ReturnType<typeof summedColumns>) =>
  columns.map(
    column =>
      column &&
      Array.from(column.nulls, (isNull, row) => (column.rejected[row] ? [column.rejected[row]] : isNull ? null : column.values[row])),
  )

const stream: PlacementIR = { kind: 'stream' }
const events: Event[] = [
  ['a', 0, 5],
  ['a', 9, -2],
  ['b', 9, 7],
  ['a', 10, null],
  [null, 11, 4],
  ['a', 11, 1],
  ['a', 30, 3],
]

test('a window includes both ends, or begins with a tile of its hop', () => {
  const group = groupOf(
    stream,
    { agg: 'count' },
    { agg: 'sum', input: x },
    { agg: 'mean', input: x, type: 'double', hop: 4 },
    { agg: 'share', input: positive, type: 'double', window: 'lifetime' },
    { agg: 'count', before: true },
    { agg: 'count', where: positive },
  )
  assert.deepEqual(shown(columnsOf(group, logged(events))), [
    [1, 2, 1, 3, 0, 3, 1],
    [5, 3, 7, 3, null, -1, 3],
    // From ⌊(t − 10) / 4⌋ · 4 on: −12, −4, −4, 0, –, 0 and 20.
    [5, 1.5, 7, 1.5, null, 4 / 3, 3],
    [1, 0.5, 1, 0.5, null, 2 / 3, 3 / 4],
    [0, 1, 0, 2, 0, 2, 0],
    [1, 1, 1, 1, 0, 1, 1],
  ])
})

test('a lagging copy sees the events arrived by its as-of time, and a schedule those by its last run', () => {
  const late = logged(events.map(([key, time, value]): Event => [key, time, value, time + 1]))
  assert.deepEqual(shown(columnsOf(groupOf({ kind: 'lag', by: 2 }, { agg: 'count' }), late)), [[0, 1, 0, 1, 0, 2, 0]])
  const scheduled: PlacementIR = { kind: 'scheduled', schedule: { kind: 'interval', every: 10, phase: 0 }, lasts: 2 }
  assert.deepEqual(shown(columnsOf(groupOf(scheduled, { agg: 'count' }, { agg: 'sum', input: x }), late)), [
    [0, 0, 0, 0, 0, 2, 2],
    [null, null, null, null, null, 3, 1],
  ])
})

test('features without prefix sums are left to a replay', () => {
  const all = logged(events)
  const group = groupOf(
    stream,
    { agg: 'count' },
    { agg: 'max', input: x },
    { agg: 'sum', input: d, type: 'double' },
    { agg: 'last', input: x },
  )
  const isSummed = (of: ReturnType<typeof logged>, requested = group) => columnsOf(requested, of).map(column => column !== undefined)
  assert.deepEqual(isSummed(all), [true, false, false, false], 'neither a selected value nor a sum of doubles')
  assert.deepEqual(
    isSummed(logged([...events, ['b', 8, 1, 31]])),
    [false, false, false, false],
    'an event came after a later one of its key',
  )
  assert.deepEqual(
    isSummed(logged([...events, ['c', 8, 1, 31]])),
    [true, false, false, false],
    'an event came late, and is the first of its key',
  )
  const few = groupOf(
    stream,
    { agg: 'count', maxEvents: 4 },
    { agg: 'count', maxEvents: 5 },
    { agg: 'count', maxEvents: 4, where: positive },
  )
  assert.deepEqual(isSummed(all, few), [false, true, true], 'a key has five events, three of them above 0')
  const revised = { ...source, identity: ['x'], revisable: 1000 }
  assert.deepEqual(isSummed(logged(events, revised)), [false, false, false, false], 'events may be revised')
})

test('a read below an as-of time already reached is left to a replay, which rejects it', () => {
  const { log, rows } = logged(events)
  const group = groupOf(stream, { agg: 'count' })
  // Below the as-of time of an earlier read, and below the arrival of a visible event.
  for (const clock of [(at: number, row: number) => (row === 3 ? 8 : at), (at: number, row: number) => (row >= 3 ? at : at - 1)]) {
    const below = { ...rows, points: { ...rows.points, t: rows.points.t.map(clock) } }
    assert.deepEqual(shown(columnsOf(group, { log, rows: below })), [undefined])
    assert.ok(replayedColumns({ group, key: ['k'] }, below, log)[0].rejected.includes(rejections.evicted))
  }
})

test('a window that reaches forgotten events is rejected', () => {
  const { log, rows } = logged(events)
  const evicted = [rejections.evicted]
  assert.deepEqual(shown(columnsOf(groupOf(stream, { agg: 'count' }), { log: { ...log, forgotten: 0 }, rows })), [
    [evicted, evicted, evicted, evicted, 0, 3, 1],
  ])
})

test('sums beyond the byte limit are evicted, and equal when rebuilt', () => {
  const all = logged(events)
  // There is room for either group, of 84 and 140 bytes.
  const groups = new SummedGroups(150)
  const [first, second] = [groupOf(stream, { agg: 'count' }), groupOf(stream, { agg: 'sum', input: x })]
  const block = all.log.histories.get('s')!.block
  const of = (group: GroupIR) => groups.getOrBuild(group, source, block, all.log.strings)
  const firstSums = of(first)
  assert.equal(of({ ...first, place: { kind: 'lag', by: 1 } }), firstSums, 'settings share what was summed')
  assert.notEqual(of(second), firstSums)
  assert.notEqual(of(first), firstSums)
  assert.deepEqual(shown(columnsOf(second, all, groups)), shown(columnsOf(second, all)))
  assert.deepEqual(shown(columnsOf(second, all, new SummedGroups(139))), [undefined], 'it is too large by itself')
  assert.notEqual(shown(columnsOf(second, all, new SummedGroups(140)))[0], undefined)
})

test("over chunks of reads and slices of events the values equal the kernel's", () => {
  const draw = random(5)
  const drawn = (below: number) => Math.floor(draw() * below)
  let time = 0
  const many = Array.from({ length: 70_000 }, (): Event => {
    time += drawn(3)
    const key = draw() < 0.01 ? null : `${drawn(draw() < 0.5 ? 3 : 300)}`
    return [key, time, draw() < 0.1 ? null : drawn(2001) - 1000]
  })
  const group = groupOf(
    { kind: 'lag', by: 7 },
    { agg: 'count', window: 1000, hop: 60 },
    { agg: 'mean', input: x, type: 'double', window: 1000, hop: 60 },
    { agg: 'variance', input: x, type: 'double', window: 300 },
    { agg: 'count', window: 50, hop: 7, where: positive, before: true },
  )
  const { log, rows } = logged(many)
  assert.deepEqual(summedColumns({ group, key: ['k'] }, rows, log, new SummedGroups()), replayedColumns({ group, key: ['k'] }, rows, log))
})
