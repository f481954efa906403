import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceIR } from '../../../test/source-ir.ts'
import type { Block } from '../../columns/block.ts'
import { Strings } from '../../columns/strings.ts'
import type { FeatureIR, GroupIR } from '../../define/ir/ir.ts'
import { HybridGroup, type HybridSnapshot } from './hybrid-group.ts'
import type { GroupAnswers, GroupQuery, SourceEvents } from './live-group.ts'

const source = sourceIR([{ name: 'k', type: 'string', nullable: false }])
const strings = new Strings()
const count: FeatureIR = { name: 'n', agg: 'count', window: 1000, hop: 1, type: 'int' }
const place = { kind: 'hybrid', schedule: { kind: 'interval', every: 10, phase: 0 } } as const
const group: GroupIR = { name: 'g', source: 's', entity: ['e'], key: ['k'], place, features: [count] }

/** Events of one key, which arrived at these times, from an entry on. */
function eventsOf(entry: number, ...arrivals: readonly number[]): SourceEvents {
  const time = Float64Array.from(arrivals)
  const columns = { k: { values: new Int32Array(arrivals.length).fill(strings.idOf('a')) } }
  const sourcePosition = Float64Array.from(arrivals, (_, i) => entry + i)
  const block: Block = { length: arrivals.length, time, arrival: time, sourcePosition, columns }
  return { block, entries: sourcePosition }
}

const queryAt = (t: number): GroupQuery => ({
  keys: [{ values: Int32Array.of(strings.idOf('a')) }],
  prefix: Int32Array.of(0),
  times: Float64Array.of(t),
  own: false,
})

const textOf = ({ out, visibleCount }: GroupAnswers): unknown => [out[0].values[0], out[0].nulls[0], visibleCount[0]]
const answerAt = (live: HybridGroup, t: number): unknown => textOf(live.applyAndQuery(undefined, [queryAt(t)], t)[0])

/** The snapshot of the events of entries below `cut` that had arrived by `asOf`. */
function snapshotOf(
  live: HybridGroup,
  events: SourceEvents,
  { asOf, cut, forgotten = -Infinity }: Partial<HybridSnapshot> & { asOf: number; cut: number },
): HybridSnapshot {
  const kernel = live.emptySnapshot()
  const inside = events.block.arrival.filter((arrival, row) => arrival <= asOf && events.entries[row] < cut)
  kernel.apply(eventsOf(0, ...inside).block)
  return { run: 1, asOf, cut, kernel, forgotten }
}

test('a segment that begins in the snapshot goes to the delta from there on', () => {
  const events = eventsOf(0, 1, 2, 3, 4, 5)
  for (const [cut, expected] of [
    [{ asOf: 3, cut: 9 }, 'the first three by arrival'],
    [{ asOf: 9, cut: 2 }, 'the first two by entry'],
    [{ asOf: 9, cut: 9 }, 'all of them'],
    [{ asOf: 0, cut: 9 }, 'none of them'],
  ] as const) {
    const live = new HybridGroup(group, source, strings)
    live.replaceLayers(snapshotOf(live, events, cut))
    live.startAfter(0)
    live.catchUp(events, 5)
    assert.deepEqual(answerAt(live, 6), [5, 0, 5], expected)
    live.catchUp(undefined, 7)
    live.applyAndQuery(eventsOf(5, 8), [], 8)
    assert.deepEqual(answerAt(live, 9), [6, 0, 6], expected)
  }
})

test('without a snapshot every event is in the delta', () => {
  const live = new HybridGroup(group, source, strings)
  live.replaceLayers(undefined)
  live.catchUp(eventsOf(0, 1, 2), 2)
  assert.deepEqual(answerAt(live, 3), [2, 0, 2])
})

test('a window that reaches what was forgotten before the run is rejected', () => {
  const live = new HybridGroup(group, source, strings)
  const events = eventsOf(0, 3000)
  live.replaceLayers(snapshotOf(live, events, { asOf: 3000, cut: 9, forgotten: 2500 }))
  const rejectionAt = (t: number) => live.applyAndQuery(undefined, [queryAt(t)], t)[0].out[0].rejected[0]
  assert.ok(rejectionAt(3400) > 0)
  assert.equal(rejectionAt(3600), 0)
  assert.deepEqual(answerAt(live, 3600), [1, 0, 0])
})
