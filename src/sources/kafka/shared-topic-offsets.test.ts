/** Offsets at which the members of a group begin. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { sharedReaderOf } from '../../../test/kafka/shared-reader.ts'
import { rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'

const runFrom = (cluster: MemoryCluster, from: Readonly<Record<string, number>>) => new TopicRun(sharedReaderOf(cluster, { from }))

/** Two partitions of 10 records, of which a member gets the first alone. */
function twoPartitions(): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 2)
  for (const n of upTo(20)) cluster.append('rows', n % 2, rowOf(n))
  cluster.group('shared').withhold(1)
  return cluster
}

test('a partition that comes after others begins at its offset; one without an offset, at its first record', async () => {
  const cluster = twoPartitions()
  const run = runFrom(cluster, { 0: 8, 1: 7 })
  await run.until(2)
  cluster.group('shared').give(1)
  await run.until(5)
  cluster.addPartition('rows')
  cluster.append('rows', 2, rowOf(21))
  cluster.group('shared').give(2)
  await run.until(6)
  assert.deepEqual(run.numbers(), [15, 17, 18, 19, 20, 21])
  await run.end()
})

test('an offset outside of a partition ends the member that gets it, also if another has read others before', async () => {
  const cluster = twoPartitions()
  const run = runFrom(cluster, { 1: 99 })
  await run.until(10)
  cluster.group('shared').give(1)
  await assert.rejects(run.ended, { code: 'SPILL_SOURCE', message: 'kafka:rows has from=1:99, and partition 1 has the offsets 0 to 9' })
  await run.end()
})
