import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block } from '../columns/block.ts'
import type { PlacementIR, SourceIR } from '../define/ir/ir.ts'
import { placeReads } from './placement.ts'
import { scheduleCursor } from './schedule.ts'

const source: SourceIR = {
  name: 's',
  columns: [],
  key: 'k',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
}
const block: Block = {
  length: 4,
  time: Float64Array.of(5, 12, 11, 30),
  arrival: Float64Array.of(10, 20, 20, 30),
  sourcePosition: Float64Array.of(0, 1, 2, 3),
  columns: {},
}
/** A decision at each event of the block itself. */
const own = { prefix: Int32Array.of(1, 2, 3, 4), time: Float64Array.of(10, 20, 20, 30), own: true }

function readsOf(place: PlacementIR, triggers = own) {
  const { upto, uptoBefore, asOf, watermark } = placeReads(place, source, block, triggers)
  return { upto: [...upto], before: [...uptoBefore], asOf: [...asOf], watermark }
}

test('stream sees the prefix, and before leaves the trigger out', () => {
  const expected = { upto: [1, 2, 3, 4], before: [0, 1, 2, 3], asOf: [10, 20, 20, 30], watermark: 'arrival' }
  assert.deepEqual(readsOf({ kind: 'stream' }), expected)
  assert.deepEqual(readsOf({ kind: 'lag', by: 0 }), expected)
  assert.deepEqual(readsOf({ kind: 'partial', by: 0 }), expected)
})

test('lag and partial see the events that had arrived by then, at most the prefix; only the as-of time differs', () => {
  assert.deepEqual(readsOf({ kind: 'lag', by: 10 }), {
    upto: [0, 1, 1, 3],
    before: [0, 1, 1, 3],
    asOf: [0, 10, 10, 20],
    watermark: 'arrival',
  })
  assert.deepEqual(readsOf({ kind: 'partial', by: 10 }), {
    upto: [0, 1, 1, 3],
    before: [0, 1, 1, 3],
    asOf: [10, 20, 20, 30],
    watermark: 'arrival',
  })
})

test('a trigger of a different source is not an event of the group', () => {
  const foreign = { prefix: Int32Array.of(0, 4), time: Float64Array.of(9, 99), own: false }
  assert.deepEqual(readsOf({ kind: 'stream' }, foreign), { upto: [0, 4], before: [0, 4], asOf: [9, 99], watermark: 'arrival' })
  assert.deepEqual(readsOf({ kind: 'lag', by: 5 }, foreign), { upto: [0, 4], before: [0, 4], asOf: [4, 94], watermark: 'arrival' })
})

test('scheduled sees the events that had arrived by the last finished run', () => {
  const schedule = { kind: 'interval', every: 10, phase: 0 } as const
  assert.deepEqual(readsOf({ kind: 'scheduled', schedule, lasts: 5 }), {
    upto: [0, 1, 1, 3],
    before: [0, 1, 1, 3],
    asOf: [0, 10, 10, 20],
    watermark: 'arrival',
  })
})

test('corrected sees all events, by time, and keeps positions', () => {
  const result = placeReads({ kind: 'corrected' }, source, block, own)
  assert.deepEqual([...result.block.time], [5, 11, 12, 30])
  assert.deepEqual([...result.block.sourcePosition], [0, 2, 1, 3])
  assert.deepEqual([...result.upto], [1, 3, 3, 4])
  assert.equal(result.watermark, 'time')
})

test('corrected leaves out superseded and deleted events, wherever the revision is', () => {
  const revisable = { ...source, identity: ['ref'], revisable: 100, deleted: 'gone' }
  const placedOf = (ref: readonly number[], gone: readonly number[], nulls: readonly number[], sourcePosition = block.sourcePosition) => {
    const values = (of: readonly number[]) => Float64Array.from(of)
    const columns = {
      k: { values: new Float64Array(4) },
      ref: { values: values(ref), nulls: Uint8Array.from(nulls) },
      gone: { values: values(gone), nulls: Uint8Array.of(0, 0, 0, 1) },
    }
    const result = placeReads({ kind: 'corrected' }, revisable, { ...block, sourcePosition, columns }, own)
    return { sourcePosition: [...result.block.sourcePosition], upto: [...result.upto] }
  }
  const none = [0, 0, 0, 0]
  assert.deepEqual(placedOf([1, 2, 3, 4], none, none), { sourcePosition: [0, 2, 1, 3], upto: [1, 3, 3, 4] })
  assert.deepEqual(placedOf([1, 2, 1, 2], none, none), { sourcePosition: [2, 3], upto: [0, 1, 1, 2] })
  assert.deepEqual(placedOf([7, 7, 7, 7], none, [1, 1, 1, 1]), { sourcePosition: [0, 2, 1, 3], upto: [1, 3, 3, 4] }, 'no identity')
  assert.deepEqual(placedOf([1, 2, 2, 4], [0, 0, 1, 0], none), { sourcePosition: [0, 3], upto: [1, 1, 1, 2] }, 'deleted')
  assert.deepEqual(placedOf([1, 2, 3, 4], [0, 0, 0, 1], none).sourcePosition, [0, 2, 1, 3], 'a mark that is NULL is none')
  // If rows are not in order of source position, the later one still supersedes.
  assert.deepEqual(placedOf([1, 2, 2, 4], none, none, Float64Array.of(0, 2, 1, 3)).sourcePosition, [0, 2, 3])
})

test('a cron cursor gives the last time at or before the moment, a run at the moment itself included', () => {
  const lastTime = scheduleCursor({ kind: 'cron', cron: '0 2 * * *', zone: 'Europe/Zurich' })
  const utc = (text: string) => Date.parse(text)
  assert.equal(lastTime(utc('2026-01-10T00:59:59.999Z')), utc('2026-01-09T01:00:00Z'))
  assert.equal(lastTime(utc('2026-01-10T01:00:00Z')), utc('2026-01-10T01:00:00Z'))
  assert.equal(lastTime(utc('2026-01-12T12:00:00Z')), utc('2026-01-12T01:00:00Z'))
  assert.equal(lastTime(utc('2026-07-01T00:00:00Z')), utc('2026-07-01T00:00:00Z'), 'summer time')
})

test('batch with recorded runs sees what the run in use saw, and before the first run what a job on time sees', () => {
  const place = { kind: 'batch', schedule: { kind: 'interval', every: 10, phase: 0 }, lasts: 0 } as const
  const decisions = { prefix: Int32Array.of(0, 1, 3, 3, 4, 4), time: Float64Array.of(9, 19, 24, 25, 39, 55), own: false }
  const placedBy = (swapped: number[], runTimes: number[], of: PlacementIR = place) => {
    const runs = { swapped: Float64Array.from(swapped), asOf: Float64Array.from(runTimes) }
    const { asOf, upto } = placeReads(of, source, block, decisions, runs)
    return { asOf: [...asOf], upto: [...upto] }
  }
  assert.deepEqual(placedBy([], []), { asOf: [0, 10, 20, 20, 30, 50], upto: [0, 1, 3, 3, 4, 4] })
  assert.deepEqual(placedBy([25, 55], [20, 40]), { asOf: [0, 10, 20, 20, 20, 40], upto: [0, 1, 3, 3, 3, 4] })
  assert.deepEqual(placedBy([25], [10]), { asOf: [0, 10, 20, 20, 20, 20], upto: [0, 1, 3, 3, 3, 3] })
  const scheduled = { ...place, kind: 'scheduled' } as const
  assert.deepEqual(placedBy([25, 55], [20, 40], scheduled), placedBy([], []))
})
