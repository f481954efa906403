import assert from 'node:assert/strict'
import { test } from 'node:test'
import { step } from '../../test/kernel/step.ts'
import { rejections, type FeatureColumn } from '../aggregate/partial/kernel-partial.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/ir.ts'
import { Kernel } from './kernel.ts'
import { allWindows, buildUnit, structureInput } from './unit.ts'
import { planStructures } from './plan.ts'
import { Revisions } from './revisions.ts'

/** Keyed by `g`: a revision may move an event to another key, or to none. */
const source: SourceIR = {
  name: 's',
  columns: [
    { name: 'k', type: 'int', nullable: false },
    { name: 'ref', type: 'int', nullable: true },
    { name: 'g', type: 'int', nullable: true },
    { name: 'x', type: 'int', nullable: false },
    { name: 'gone', type: 'bool', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
  ],
  key: 'k',
  time: 'at',
  identity: ['ref'],
  revisable: 1_000_000,
  deleted: 'gone',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
}
const x = { op: 'column', name: 'x', type: 'int' } as const
const group: GroupIR = {
  name: 'g',
  source: 's',
  entity: ['g'],
  key: ['g'],
  place: { kind: 'stream' },
  features: [
    { name: 'all', agg: 'sum', input: x, window: 'lifetime', hop: 1, type: 'int' },
    { name: 'few', agg: 'sum', input: x, window: 10, hop: 1, type: 'int' },
    { name: 'max', agg: 'max', input: x, window: 'lifetime', hop: 1, type: 'int' },
    { name: 'before', agg: 'sum', input: x, window: 'lifetime', hop: 1, type: 'int', before: true },
  ] satisfies FeatureIR[],
}

interface Event {
  readonly time: number
  readonly ref: number | null
  readonly g: number | null
  readonly x: number
  readonly gone?: boolean
}

/** Events at source positions `first`, `first` + 1, …, each arriving at its time. */
function blockOf(events: readonly Event[], first = 0): Block {
  const column = (of: (event: Event) => number | null) => ({
    values: Float64Array.from(events, event => of(event) ?? 0),
    nulls: Uint8Array.from(events, event => Number(of(event) === null)),
  })
  const time = Float64Array.from(events, event => event.time)
  return {
    length: events.length,
    time,
    arrival: time,
    sourcePosition: Float64Array.from(events, (_, i) => first + i),
    columns: {
      k: column(() => 0),
      ref: column(({ ref }) => ref),
      g: column(({ g }) => g),
      x: column(event => event.x),
      gone: column(({ gone }) => Number(gone ?? false)),
      at: { values: time },
    },
  }
}

const strings = new Strings()
const kernelOf = () => new Kernel(group, source, { strings })
const cellsOf = ({ values, nulls, rejected }: FeatureColumn) =>
  Array.from(nulls, (isNull, row) => (rejected[row] ? [rejected[row]] : isNull ? null : values[row]))
/** For each key its features. */
const read = (kernel: Kernel, keys: readonly number[], asOf: number) => {
  const out = kernel.read([{ values: Float64Array.from(keys) }], new Float64Array(keys.length).fill(asOf)).map(cellsOf)
  return keys.map((_, row) => out.map(column => column[row]))
}
/** The expected features of a key with these values, all in every window. */
const statisticsOf = (...values: number[]) => {
  const sum = values.length === 0 ? null : values.reduce((a, b) => a + b)
  return [sum, sum, values.length === 0 ? null : Math.max(...values), sum]
}

const original = { time: 1, ref: 7, g: 1, x: 5 }
const moved = { time: 2, ref: 7, g: 2, x: 50 }
const other = { time: 1, ref: 8, g: 1, x: 3 }

test('at each step a revision removes its original, also from a different key, and before leaves out only the trigger', () => {
  const events = [original, other, { ...original, x: 6, time: 2 }, { ...other, x: 1, time: 2 }, { time: 3, ref: null, g: 1, x: 10 }]
  const out = step(kernelOf(), blockOf(events)).map(cellsOf)
  assert.deepEqual(out, [
    [5, 8, 9, 7, 17],
    [5, 8, 9, 7, 17],
    [5, 5, 6, 6, 10],
    [null, 5, 3, 6, 7],
  ])
})

test('a group may have only features that leave out the trigger', () => {
  const features = group.features.filter(({ before }) => before)
  const kernel = new Kernel({ ...group, features }, source, { strings })
  const [sums] = step(kernel, blockOf([original, other, { ...original, x: 6, time: 2 }, { time: 3, ref: null, g: 1, x: 10 }])).map(cellsOf)
  assert.deepEqual(sums, [null, 5, 3, 9])
})

test('a deleted event, and an event of no group, remove their original and do not count', () => {
  for (const last of [
    { ...moved, gone: true },
    { ...moved, g: null },
  ]) {
    const kernel = kernelOf()
    kernel.apply(blockOf([original, other, last]))
    assert.deepEqual(read(kernel, [1, 2], 5), [statisticsOf(3), statisticsOf()])
    kernel.apply(blockOf([{ ...original, time: 4, x: 9 }], 3))
    assert.deepEqual(read(kernel, [1], 5), [statisticsOf(3, 9)], 'and may be revised again')
  }
})

test('an event whose revision is already visible does not count, nor does a repeated event', () => {
  const kernel = kernelOf()
  kernel.apply(blockOf([moved], 1))
  kernel.apply(blockOf([original], 0))
  kernel.apply(blockOf([moved], 1))
  assert.deepEqual(read(kernel, [1, 2], 5), [statisticsOf(), statisticsOf(50)])
})

test('an event that no window reaches can be superseded, which changes nothing', () => {
  const kernel = new Kernel({ ...group, features: [group.features[1]] }, source, { strings })
  kernel.apply(blockOf([original, { time: 100, ref: 9, g: 1, x: 2 }, { ...original, time: 101, x: 4 }]))
  assert.deepEqual(read(kernel, [1], 101), [[6]])
})

test('while a snapshot loads, a superseded event does not count however long before its revision it arrived', () => {
  const few = { ...source, revisable: 10 }
  const [moved, first] = [
    { time: 5000, ref: 7, g: 2, x: 50 },
    { time: 1, ref: 7, g: 1, x: 5 },
  ]
  // So many later identities that the index makes room.
  const later = Array.from({ length: 100 }, (_, i) => ({ time: 5001 + i, ref: 100 + i, g: 3, x: 1 }))
  const kernel = new Kernel(group, few, { strings, isSnapshot: true })
  kernel.apply(blockOf([moved, ...later], 1))
  kernel.apply(blockOf([first], 0))
  assert.deepEqual(read(kernel, [1, 2], 6000), [statisticsOf(), [50, null, 50, 50]])
})

test('a stale key is saved as stale: superseded events do not return', () => {
  const kernel = kernelOf()
  kernel.apply(blockOf([original, other, moved]))
  const next = kernelOf()
  next.restore([kernel.save(0, 2, 2).slice()])
  next.catchUp(blockOf([]), new Float64Array(0))
  next.finishCatchUp()
  assert.deepEqual(read(next, [1, 2], 5), [statisticsOf(3), statisticsOf(50)])
  next.apply(blockOf([{ ...moved, g: 1, x: 4 }], 3))
  assert.deepEqual(read(next, [1, 2], 5), [statisticsOf(3, 4), statisticsOf()], 'identities are known again')
})

for (const [name, first, second] of [
  ['an earlier slot', other, { ...other, g: 2, x: 30 }],
  ['a later slot', { ...other, g: 2 }, { ...other, x: 30 }],
] as const)
  for (const gone of [false, true])
    test(`a revision in a slice taken later reaches its original in ${name} of a slice taken earlier${gone ? ', deleted' : ''}`, () => {
      const before = [{ ...original, ref: 1 }, { ...moved, ref: 2, time: 1 }, first]
      const revision = { ...second, time: 2, gone }
      const kernel = kernelOf()
      kernel.apply(blockOf(before))
      // Slot 0 is key 1, slot 1 key 2: the original's slot is saved before the revision, the other after it.
      const at = first.g - 1
      const early = kernel.save(at, at + 1, 2).slice()
      kernel.apply(blockOf([revision], 3))
      const late = kernel.save(1 - at, 2 - at, 3).slice()
      const next = kernelOf()
      assert.equal(next.restore([early, late]).lowest, 2)
      next.catchUp(blockOf([revision], 3), Float64Array.of(3))
      next.finishCatchUp()
      assert.deepEqual(read(next, [1, 2], 5), read(kernel, [1, 2], 5))
      next.apply(blockOf([{ ...second, time: 3, x: 7 }], 4))
      kernel.apply(blockOf([{ ...second, time: 3, x: 7 }], 4))
      assert.deepEqual(read(next, [1, 2], 5), read(kernel, [1, 2], 5), 'and is revised again')
    })

test('a slice with a different identity, or a different deletion mark, is rejected', () => {
  const kernel = kernelOf()
  kernel.apply(blockOf([original]))
  const { deleted: _, ...unmarked } = source
  for (const changed of [{ ...source, identity: ['ref', 'x'] }, unmarked])
    assert.throws(() => new Kernel(group, changed, { strings }).restore([kernel.save(0, 1, 0).slice()]), { code: 'SPILL_STATE' })
})

test('past its bound a key rejects windows that reach a lost event, also after a refill', () => {
  const plans = planStructures(group, source)
  const units = plans.map(plan => buildUnit(plan, source, strings))
  const revisions = new Revisions(source, units, allWindows(plans), { maxEvents: 3 })
  const rejectedAt = (events: readonly Event[], first: number, asOf: number): boolean[] => {
    const block = blockOf(events, first)
    const slots = Int32Array.from(events, ({ g }) => g!)
    const watermark = block.arrival.slice()
    for (const unit of [revisions, ...units.map(({ structure }) => structure)]) unit.grow(3)
    const reads = { slots: Int32Array.of(1), asOf: Float64Array.of(asOf), upto: Int32Array.of(events.length) }
    const inputs = units.map(unit => structureInput(unit, block, slots, watermark))
    let rejected: boolean[] = []
    revisions.run({ block, slots, watermark, inputs }, reads, reads.upto, () => {
      rejected = units.flatMap(({ structure: { truncations }, features }) =>
        features.map(({ span }) => truncations.rejection(0, asOf - span) === rejections.limit),
      )
      for (const { structure } of units) structure.truncations.clearNotes()
    })
    return rejected
  }
  const events = [1, 2, 3].map(time => ({ time, ref: time, g: 1, x: time }))
  assert.ok(!rejectedAt(events, 0, 3).includes(true))
  const lifetime = units.flatMap(({ features }) => features.map(({ span }) => span === Infinity))
  assert.ok(rejectedAt([{ time: 4, ref: 4, g: 1, x: 4 }], 3, 4).every(Boolean), 'event 1 is lost, and all windows reach it')
  assert.deepEqual(rejectedAt([{ time: 12, ref: 4, g: 2, x: 4 }], 4, 12), lifetime, 'the short window has passed it')
  assert.ok(revisions.bytes > 0)
})

test('more reads than fit in one chunk are answered in their own rows', () => {
  const kernel = new Kernel(group, source, { strings: new Strings() })
  const events = Array.from({ length: 3000 }, (_, i) => ({ time: i, ref: i % 1000, g: 0, x: i }))
  const [all] = step(kernel, blockOf(events))
  let sum = 0
  for (const [row, { x: value }] of events.entries()) {
    sum += row < 1000 ? value : 1000
    assert.equal(all.values[row], sum, `row ${row}`)
  }
})
