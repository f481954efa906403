import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SpillwayError } from '../base/errors.ts'
import { Strings } from '../columns/strings.ts'
import { sourceIR } from '../../test/source-ir.ts'
import { recordBatchOf } from './record-batch.ts'
import { HistoryBuilder } from './history-builder.ts'
import { mergeHistories } from './merge.ts'

function history(name: string, arrivals: readonly number[]) {
  const columns = [
    { name: 'key', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
  ] as const
  const source = sourceIR(columns, { name, key: 'key' })
  const intake = new HistoryBuilder(source, { strings: new Strings(), onRejected: () => assert.fail('nothing is rejected') })
  intake.validate(recordBatchOf(arrivals.map(at => ({ key: 'k', at }))))
  return intake.finish()
}

test('the order is arrival, then source as defined, then offset', () => {
  const merged = mergeHistories([history('a', [3, 1, 1]), history('b', []), history('c', [2, 1, 5])])
  const order = [...merged.source].map((source, i) => `${'abc'[source]}${merged.row[i]}`)
  assert.deepEqual(order, ['a0', 'a1', 'c0', 'c1', 'a2', 'c2'])
  assert.equal(merged.length, 6)
})

test('no histories give an empty log', () => {
  assert.equal(mergeHistories([]).length, 0)
})

test('rejects more events than a replay may hold', () => {
  const isLimit = (error: SpillwayError) =>
    error.code === 'SPILL_LIMIT' && /3 events are more than 2 \(REPLAY_EVENTS_MAX\)/.test(error.message)
  assert.throws(() => mergeHistories([history('a', [1, 2]), history('b', [1])], 2), isLimit)
})
