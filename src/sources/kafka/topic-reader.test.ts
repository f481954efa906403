import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { decidedNumbers, numbers, openNumbersRun, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import { feedSource } from '../reader/source-feed.ts'
import { topicReader } from './topic-reader.ts'

const source = sourceOf(numbers)
const rowOf = (n: number): string => JSON.stringify({ who: 'w', n, at: 1 })

const clusterOf = (partitions = 2): MemoryCluster => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', partitions)
  return cluster
}
const readerOf = (cluster: MemoryCluster) => topicReader(source, { topic: 'rows', group: 'tools', open: () => cluster.driver() })

testSourceReader('a topic of Kafka', () => {
  const cluster = clusterOf()
  return {
    open: () => readerOf(cluster),
    append: (written, partition) => written.forEach(n => cluster.append('rows', Number(partition), rowOf(n))),
    numberOf: ({ n }: { n: number }) => n,
    partitions: ['0', '1'],
    recordsTaken: () => cluster.taken,
    damage: () => cluster.deleteTopic('rows'),
  }
})

/** A run that reads a topic until it is stopped; the run goes on. */
function reading(cluster: MemoryCluster, opened = openNumbersRun(), follow = true) {
  const stop = new AbortController()
  const warnings: string[] = []
  const ended = feedSource(opened.run, 'rows', readerOf(cluster), { follow, signal: stop.signal, onWarning: text => warnings.push(text) })
  return {
    ...opened,
    warnings,
    ended,
    numbers: () => decidedNumbers(opened.store).toSorted((a, b) => a! - b!),
    async until(count: number) {
      while (decidedNumbers(opened.store).length < count) await pause(1)
    },
    async stop() {
      stop.abort()
      await ended
    },
  }
}

const readOnce = (cluster: MemoryCluster, opened = openNumbersRun()) => reading(cluster, opened, false)

test('tombstones, markers and compacted offsets are passed, and the position is behind them', async () => {
  const cluster = clusterOf(1)
  cluster.append('rows', 0, undefined)
  cluster.append('rows', 0, rowOf(1))
  cluster.skip('rows', 0)
  cluster.append('rows', 0, rowOf(2))
  for (let i = 0; i < 3; i++) cluster.skip('rows', 0)
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [1, 2])
  assert.match(run.run.committedPosition('rows=kafka:rows#0')!, /"offset":"7"/)
  assert.equal(cluster.groupOffsets.get('tools rows 0'), 7, 'so that the lag of the group is 0')
  await run.run.stop()
})

test('what is no event is a dead letter with its partition and offset, and reading goes on', async () => {
  const cluster = clusterOf(2)
  cluster.append('rows', 1, rowOf(1))
  cluster.append('rows', 1, 'no json')
  cluster.append('rows', 1, '')
  cluster.append('rows', 1, '{"who":"w","n":"much","at":1}')
  cluster.append('rows', 1, ' '.repeat(limits.LINE_BYTES_MAX + 1))
  cluster.append('rows', 1, rowOf(2))
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [1, 2])
  assert.deepEqual(Array.from(run.store.deadLetters.dead(), ({ place, reason }) => [place, reason]).toSorted(), [
    ['kafka:rows#1 offset 1', 'schema'],
    ['kafka:rows#1 offset 2', 'schema'],
    ['kafka:rows#1 offset 3', 'schema'],
    ['kafka:rows#1 offset 4', 'schema'],
  ])
  await run.run.stop()
})

test('an outage is waited out, and nothing is lost or read twice', async () => {
  const cluster = clusterOf(2)
  const run = reading(cluster)
  for (let n = 1; n <= 20; n++) cluster.append('rows', n % 2, rowOf(n))
  await run.until(20)
  cluster.setAway(true)
  while (run.warnings.length === 0) await pause(1)
  for (let n = 21; n <= 40; n++) cluster.append('rows', n % 2, rowOf(n))
  await pause(300)
  cluster.setAway(false)
  await run.until(40)
  await run.stop()
  assert.deepEqual(
    run.numbers(),
    Array.from({ length: 40 }, (_, i) => i + 1),
  )
  assert.deepEqual(run.warnings, [
    "source 'rows': Kafka is unreachable; retrying: connect ECONNREFUSED",
    "source 'rows': Kafka is reachable again",
  ])
  await run.run.stop()
})

test('a cluster that was never reached, and a topic that does not exist, are errors that name them', async () => {
  const away = new MemoryCluster()
  away.setAway(true)
  await assert.rejects(reading(away).ended, { code: 'SPILL_SOURCE', message: "kafka:rows source 'rows': connect ECONNREFUSED" })
  await assert.rejects(reading(new MemoryCluster()).ended, { code: 'SPILL_SOURCE', message: /topic 'rows' does not exist/ })
})

test('a topic that was made again is not taken for the one that was read', async () => {
  const cluster = clusterOf(1)
  cluster.append('rows', 0, rowOf(1))
  const first = readOnce(cluster)
  await first.ended
  cluster.deleteTopic('rows')
  cluster.createTopic('rows', 1)
  for (let n = 5; n < 9; n++) cluster.append('rows', 0, rowOf(n))
  await assert.rejects(readOnce(cluster, first).ended, {
    code: 'SPILL_SOURCE',
    message: /^kafka:rows was read up to offset 1 in an earlier topic of this name \(topic-1-rows\), and this is topic /,
  })
  await first.run.stop()
})

test('records that retention deleted before they were read end the source', async () => {
  const cluster = clusterOf(1)
  for (let n = 1; n <= 3; n++) cluster.append('rows', 0, rowOf(n))
  const first = readOnce(cluster)
  await first.ended
  for (let n = 4; n <= 9; n++) cluster.append('rows', 0, rowOf(n))
  cluster.deleteBefore('rows', 0, 6)
  await assert.rejects(readOnce(cluster, first).ended, {
    code: 'SPILL_SOURCE',
    message: /the records of partition 0 after the committed position are gone: the topic's retention deleted them/,
  })
  await first.run.stop()
})

test('a new run begins with the first record that is there', async () => {
  const cluster = clusterOf(1)
  for (let n = 1; n <= 9; n++) cluster.append('rows', 0, rowOf(n))
  cluster.deleteBefore('rows', 0, 6)
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [7, 8, 9])
  await run.run.stop()
})
