import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { step } from '../../test/kernel/step.ts'
import { histories, type Arriving } from '../../test/kernel/histories.ts'
import { SpillwayError } from '../base/errors.ts'
import { type Block, sliceBlock } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/ir.ts'
import { Kernel } from './kernel.ts'
import { CatchUp } from './slices.ts'
import { STATE_VERSION } from './state.ts'

const source: SourceIR = {
  name: 's',
  columns: [
    { name: 'k', type: 'string', nullable: false },
    { name: 'x', type: 'int', nullable: false },
    { name: 'd', type: 'double', nullable: false },
    { name: 's', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
  ],
  key: 'k',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
}
const x = { op: 'column', name: 'x', type: 'int' } as const
const d = { op: 'column', name: 'd', type: 'double' } as const
const text = { op: 'column', name: 's', type: 'string' } as const

/** One feature of each structure, with windows that have passed some events and hold others, and limits that drop some. */
const features: readonly (Pick<FeatureIR, 'agg'> & Partial<FeatureIR>)[] = [
  { agg: 'sum', input: x },
  { agg: 'sum', input: x, window: 40, hop: 4 },
  { agg: 'min', input: text, type: 'string' },
  { agg: 'max', input: x, maxEvents: 2 },
  { agg: 'mean', input: d, type: 'double' },
  { agg: 'sum', input: d, type: 'double', window: 'lifetime' },
  { agg: 'first', input: x, maxEvents: 3 },
  { agg: 'last', input: x },
  { agg: 'countDistinct', input: x, limit: 2 },
  { agg: 'quantile', input: d, q: 0.5, type: 'double', window: 40, hop: 4 },
  { agg: 'quantile', input: x, q: 0.9, type: 'double', window: 'lifetime' },
  { agg: 'quantile', input: x, q: 0.5, type: 'double', maxEvents: 3 },
  { agg: 'topK', input: text, k: 2, type: 'string' },
  { agg: 'topK', input: text, k: 1, limit: 2, type: 'string', window: 'lifetime' },
  { agg: 'histogram', input: d, bounds: [-1, 2], window: 40, hop: 4 },
]
const groupOf = (key: readonly string[]): GroupIR => ({
  name: 'g',
  source: 's',
  entity: key,
  key,
  place: { kind: 'stream' },
  features: features.map((feature, i) => ({ name: `f${i}`, window: 20, hop: 1, type: 'int', ...feature })),
})

const strings = new Strings()
const ids = (values: readonly string[]) => ({ values: Int32Array.from(values, value => strings.idOf(value)) })

/** The events of a history; keys are `k0` and `k1`, texts one of a few. */
function blockOf(history: readonly Arriving[]): Block {
  let now = -100
  const arrival = Float64Array.from(history, ({ wait }) => (now += wait))
  const time = arrival.map((at, i) => at - history[i].late)
  const values = Float64Array.from(history, ({ value }) => value)
  return {
    length: history.length,
    time,
    arrival,
    sourcePosition: arrival.map((_, i) => i),
    columns: {
      k: ids(history.map(({ slot }) => `k${slot}`)),
      s: ids(history.map(({ value }) => `t${value}`)),
      x: { values },
      d: { values },
      at: { values: time },
    },
  }
}

const kernelOf = (group: GroupIR) => new Kernel(group, source, { strings, sketchFrom: 1 })
const keysOf = (group: GroupIR) =>
  group.key.map(name => ({ k: ids(['k0', 'k1']), x: { values: Float64Array.of(1, -2) }, s: ids(['t1', 't-2']) })[name]!)
const columnsAt = (kernel: Kernel, asOf: number) =>
  kernel.read(keysOf(kernel.group), Float64Array.of(asOf, asOf)).map(({ values, nulls, rejected }) => [values, nulls, rejected])

for (const key of [['k'], ['x'], ['k', 's', 'x']])
  test(`saved state of keys (${key.join(', ')}) is restored, independently of its place in memory`, () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(1000), { maxLength: 3 }), (history, cuts) => {
        const kernel = kernelOf(groupOf(key))
        const block = blockOf(history)
        step(kernel, block)
        const bounds = [0, ...cuts.map(cut => cut % (kernel.keyCount + 1)).sort((a, b) => a - b), kernel.keyCount]
        const save = (of: Kernel) => bounds.slice(1).map((to, i) => of.save(bounds[i], to, block.length - 1).slice())
        const slices = save(kernel)
        const next = kernelOf(groupOf(key))
        // A slice may start anywhere in the caller's buffer.
        const restored = next.restore(slices.toReversed().map(slice => Buffer.concat([Buffer.of(1), slice]).subarray(1)))
        assert.equal(restored.lowest, block.length - 1)
        next.finishCatchUp()
        assert.equal(next.keyCount, kernel.keyCount)
        assert.deepEqual(save(next), slices)
        const later = block.length > 0 ? block.arrival.at(-1)! + 5 : 0
        assert.deepEqual(columnsAt(next, later), columnsAt(kernel, later))
      }),
    )
  })

/** A kernel after some events of two keys. */
function kernelOfTwoKeys(): Kernel {
  const kernel = kernelOf(groupOf(['k']))
  step(kernel, blockOf(Array.from({ length: 40 }, (_, i) => ({ slot: i % 2, wait: 1, late: (i * 7) % 11, value: (i % 9) - 4 }))))
  return kernel
}

test('a truncated, extended or changed slice is rejected or restored, and never read past its end', () => {
  const slice = kernelOfTwoKeys().save(0, 2, 39).slice()
  const restore = (bytes: Uint8Array): Kernel | undefined => {
    const kernel = kernelOf(groupOf(['k']))
    try {
      kernel.restore([bytes])
      return kernel
    } catch (error) {
      assert.ok(error instanceof SpillwayError && error.code === 'SPILL_STATE', String(error))
      return undefined
    }
  }
  assert.ok(restore(slice))
  for (let length = 0; length < slice.length; length += 3) assert.equal(restore(slice.subarray(0, length)), undefined, `${length} bytes`)
  assert.equal(restore(Buffer.concat([slice, Buffer.alloc(8)])), undefined)
  let [rejected, changes] = [0, 0]
  for (let at = 0; at < slice.length; at += at < 48 ? 1 : 3)
    for (const byte of [0x7f, slice[at] ^ 0x80]) {
      const changed = slice.slice()
      changed[at] = byte
      const kernel = restore(changed)
      if (kernel) assert.equal(kernel.keyCount, 2)
      else rejected++
      changes++
    }
  assert.ok(rejected > changes / 20, `${rejected} of ${changes} were rejected`)
})

/** Is rejected with a reason that the message names. */
function assertRejected(slices: readonly Uint8Array[], message: RegExp, into = kernelOf(groupOf(['k']))): void {
  assert.throws(() => into.restore(slices), { code: 'SPILL_STATE', message })
}

test('slices of a different version or definition, with gaps or with duplicate slots are rejected', () => {
  const kernel = kernelOfTwoKeys()
  const [first, second, both] = [kernel.save(0, 1, 39).slice(), kernel.save(1, 2, 39).slice(), kernel.save(0, 2, 39).slice()]
  const newer = both.slice()
  newer[4] = STATE_VERSION + 1
  assertRejected([newer], /version is 4.*version 3/)
  assertRejected([both], /different feature group/, kernelOf({ ...groupOf(['k']), features: groupOf(['k']).features.slice(1) }))
  assertRejected([both], /different feature group/, new Kernel(groupOf(['k']), source, { strings, watermark: 'time' }))
  assertRejected([second], /slot 0/)
  assertRejected([first, both], /slot 0/)
  assertRejected([first], /2 slots/)
  assertRejected([kernel.save(0, 0, 10).slice(), kernel.save(0, 1, 39).slice()], /2 slots/)
  assertRejected([both], /unknown string/, new Kernel(groupOf(['k']), source, { strings: new Strings() }))
})

test('each slot skips the events that its slice has, and applies the others', () => {
  const history = Array.from({ length: 6 }, (_, i) => ({ slot: i % 2, wait: 1, late: 0, value: 1 }))
  const whole = blockOf([...history, { slot: 7, wait: 1, late: 0, value: 1 }])
  const kernel = kernelOf(groupOf(['k']))
  const part = (from: number, to: number) => sliceBlock(whole, from, to)
  kernel.apply(part(0, 2))
  const early = kernel.save(0, 1, 20).slice()
  kernel.apply(part(2, 4))
  const late = kernel.save(1, 2, 40).slice()
  const next = kernelOf(groupOf(['k']))
  const { lowest, highest } = next.restore([early, late])
  assert.deepEqual([lowest, highest], [20, 40])
  // Sequences are those of the log: events of other sources are between those of this one.
  next.catchUp(part(2, 4), Float64Array.of(30, 40))
  next.catchUp(part(4, 7), Float64Array.of(50, 60, 70))
  next.finishCatchUp()
  kernel.apply(part(4, 7))
  assert.deepEqual(columnsAt(next, 0), columnsAt(kernel, 0))
  assert.equal(next.keyCount, 3)
})

test('a restored kernel neither reads nor applies events before its catch-up is finished', () => {
  const whole = blockOf(Array.from({ length: 4 }, (_, i) => ({ slot: i % 2, wait: 1, late: 0, value: 1 })))
  const kernel = kernelOf(groupOf(['k']))
  kernel.apply(sliceBlock(whole, 0, 2))
  const early = kernel.save(0, 1, 1).slice()
  kernel.apply(sliceBlock(whole, 2, 4))
  const late = kernel.save(1, 2, 3).slice()
  const next = kernelOf(groupOf(['k']))
  next.restore([early, late])
  for (const call of [() => columnsAt(next, 9), () => step(next, whole), () => next.apply(whole)])
    assert.throws(call, { code: 'SPILL_ASSERT', message: /catches up/ })
  next.catchUp(sliceBlock(whole, 2, 4), Float64Array.of(2, 3))
  next.finishCatchUp()
  assert.deepEqual(columnsAt(next, 9), columnsAt(kernel, 9), 'a call that was rejected has changed nothing')
})

test('a kernel without restored slices applies every event', () => {
  const kernel = kernelOf(groupOf(['k']))
  assert.equal(kernel.restore([]).lowest, -Infinity)
  kernel.catchUp(blockOf([{ slot: 0, wait: 1, late: 0, value: 3 }]), Float64Array.of(0))
  assert.equal(kernel.keyCount, 1)
})

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
