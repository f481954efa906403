import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceIR } from '../../../test/source-ir.ts'
import type { Block } from '../../columns/block.ts'
import { Strings } from '../../columns/strings.ts'
import type { FeatureIR, GroupIR } from '../../define/ir/ir.ts'
import { LiveGroup, type GroupQuery } from './live-group.ts'

const source = sourceIR([{ name: 'k', type: 'string', nullable: false }])
const strings = new Strings()
const count: FeatureIR = { name: 'n', agg: 'count', window: 1000, hop: 1, type: 'int' }
const group: GroupIR = { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'lag', by: 5 }, features: [count] }

/** Events of one key. */
function blockOf(arrivals: readonly number[]): Block {
  const time = Float64Array.from(arrivals)
  const columns = { k: { values: new Int32Array(arrivals.length).fill(strings.idOf('a')) } }
  return { length: arrivals.length, time, arrival: time, sourcePosition: Float64Array.from(arrivals.keys()), columns }
}

/** One tick's query about the key, with no event in its batch. */
const tickAt = (t: number): GroupQuery => ({
  keys: [{ values: Int32Array.of(strings.idOf('a')) }],
  prefix: Int32Array.of(0),
  times: Float64Array.of(t),
  own: false,
})

test('an event that a tick made visible before a save is not applied again after the restore', () => {
  const segment = { block: blockOf([0, 3]), entries: Float64Array.of(0, 1) }
  const countAt = (live: LiveGroup, t: number) => live.applyAndQuery(undefined, [tickAt(t)], t)[0].out[0].values[0]
  const stopped = new LiveGroup(group, source, strings)
  stopped.applyAndQuery(segment, [], 3)
  assert.equal(countAt(stopped, 6), 1, 'under a lag of 5 ms, the tick at 6 sees the event that arrived at 0')
  const restored = new LiveGroup(group, source, strings)
  assert.equal(restored.restore([stopped.save(0, 1).slice()]), 0)
  restored.startAfter(0)
  restored.catchUp(segment, 3)
  restored.finishCatchUp()
  assert.equal(countAt(restored, 7), 1)
  assert.equal(countAt(restored, 8), 2)
})
