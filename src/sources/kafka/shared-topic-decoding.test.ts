/** Records of a shared topic that a run cannot decode, or not yet: they are those of the next member. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { sharedReaderOf } from '../../../test/kafka/shared-reader.ts'
import { rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { pause } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { openValueFormat } from '../../kafka/index.ts'
import { SLICE_RECORDS } from '../../kafka/fetched-slices.ts'
import type { SharedTopicOptions } from './shared-topic-reader.ts'

const RECORDS = 2 * SLICE_RECORDS - 12

/** A topic of one partition, whose records come in one fetch. */
function fullTopic(): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  cluster.fetchRecords = RECORDS
  for (const n of upTo(RECORDS)) cluster.append('rows', 0, rowOf(n))
  return cluster
}

const runOf = (cluster: MemoryCluster, openFormat?: SharedTopicOptions['openFormat']) =>
  new TopicRun(sharedReaderOf(cluster, openFormat && { openFormat }))

/** A format that fails after so many slices. */
function failingFormat(slices: number): SharedTopicOptions['openFormat'] {
  const json = openValueFormat({ format: 'json' }, () => {})
  let left = slices
  const batchOf: typeof json.batchOf = (values, signal) =>
    left-- > 0 ? json.batchOf(values, signal) : Promise.reject(new SpillwayError('SPILL_SOURCE', 'no schema'))
  return () => ({ batchOf, close: () => json.close() })
}

for (const slices of [0, 1])
  test(`a format that fails after ${slices} slices leaves the records behind them to the next member`, async () => {
    const cluster = fullTopic()
    const first = runOf(cluster, failingFormat(slices))
    await assert.rejects(first.ended, { code: 'SPILL_SOURCE', message: /no schema/ })
    await first.stop().catch(() => {})
    const second = runOf(cluster)
    while (first.numbers().length + second.numbers().length < RECORDS) await pause(1)
    assert.deepEqual([...first.numbers(), ...second.numbers()], upTo(RECORDS))
    assert.equal(first.numbers().length, slices * SLICE_RECORDS)
    for (const run of [first, second]) await run.end().catch(() => {})
  })

test('a run that waits for a schema has claimed nothing', async () => {
  const cluster = fullTopic()
  const waits = Promise.withResolvers<void>()
  const run = runOf(cluster, () => ({
    batchOf: (_values, signal) => {
      waits.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
    close: () => {},
  }))
  await waits.promise
  assert.equal(cluster.group('shared').offsets.get(0)?.place.offset, 0)
  await run.end()
})
