import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import { startText } from '../reader/source-feed.ts'
import { topicReader, type TopicReaderOptions } from './topic-reader.ts'

function clusterOf(partitions = 2): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', partitions)
  return cluster
}

const readerOf = (cluster: MemoryCluster, options: Partial<TopicReaderOptions> = {}) =>
  topicReader(numbersSource, { topic: 'rows', group: 'tools', open: () => cluster.driver(), ...options })

const readOnce = (cluster: MemoryCluster, options?: Partial<TopicReaderOptions>, before?: TopicRun) =>
  new TopicRun(readerOf(cluster, options), { follow: false, ...(before && { opened: before.opened }) })

testSourceReader('a topic of Kafka', () => {
  const cluster = clusterOf()
  return {
    open: () => readerOf(cluster),
    append: (written, partition) => written.forEach(n => cluster.append('rows', Number(partition), rowOf(n))),
    numberOf: ({ n }: { n: number }) => n,
    partitions: ['0', '1'],
    recordsTaken: () => cluster.takenRecords,
    damage: () => cluster.deleteTopic('rows'),
  }
})

test('markers and compacted offsets are passed, and the position is behind them', async () => {
  const cluster = clusterOf(1)
  cluster.append('rows', 0, rowOf(1))
  cluster.skip('rows', 0)
  cluster.append('rows', 0, rowOf(2))
  for (let i = 0; i < 3; i++) cluster.skip('rows', 0)
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [1, 2])
  assert.match(run.position('rows', 0)!, /"offset":"6","epoch":0/)
  assert.equal(cluster.groupOffsets.get('tools rows 0'), 6, 'so that the lag of the group is 0')
  await run.end()
})

test('a record that is no event is a dead letter with its partition and offset, and reading goes on', async () => {
  const cluster = clusterOf(2)
  cluster.append('rows', 1, rowOf(1))
  cluster.append('rows', 1, 'no json')
  cluster.append('rows', 1, '')
  cluster.append('rows', 1, '{"who":"w","n":"much","at":1}')
  cluster.append('rows', 1, ' '.repeat(limits.LINE_BYTES_MAX + 1))
  cluster.append('rows', 1, undefined)
  cluster.append('rows', 1, rowOf(2))
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [1, 2])
  const dead = Array.from(run.opened.store.deadLetters.dead(), ({ place, reason, detail }) => ({ place, reason, detail }))
  assert.deepEqual(
    dead.map(({ place, reason }) => `${place}: ${reason}`).toSorted(),
    [1, 2, 3, 4, 5].map(offset => `kafka:rows#1 offset ${offset}: schema`),
  )
  const detailOf = (offset: number) => dead.find(({ place }) => place.endsWith(` ${offset}`))!.detail
  assert.match(detailOf(4), /^a record of 1048577 bytes, more than 1048576 \(LINE_BYTES_MAX\); only its first 1024 are kept here/)
  assert.match(detailOf(5), /^the record has no value: it is a tombstone/)
  await run.end()
})

test('a value that the next one completes is a dead letter', async () => {
  for (const [cut, rest] of [
    ['', rowOf(2)],
    ['{"who":"w","n":1,"at":1', '}'],
  ]) {
    const cluster = clusterOf(1)
    for (const value of [rowOf(1), cut, rest, rowOf(3)]) cluster.append('rows', 0, value)
    const run = readOnce(cluster)
    await run.ended
    assert.deepEqual(run.numbers(), rest === '}' ? [1, 3] : [1, 2, 3])
    assert.equal([...run.opened.store.deadLetters.dead()][0].place, 'kafka:rows#0 offset 1')
    await run.end()
  }
})

test('the head of a value that is too large is kept byte by byte', async () => {
  const cluster = clusterOf(1)
  cluster.append('rows', 0, 'é'.repeat(limits.LINE_BYTES_MAX))
  cluster.append('rows', 0, Buffer.alloc(limits.LINE_BYTES_MAX + 1, 0xff))
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(
    Array.from(run.opened.store.deadLetters.dead(), ({ raw }) => raw),
    ['é'.repeat(512), new Uint8Array(1024).fill(0xff)],
  )
  await run.end()
})

test('tombstones are left out on request', async () => {
  const cluster = clusterOf(1)
  cluster.append('rows', 0, rowOf(1))
  cluster.append('rows', 0, undefined)
  const run = readOnce(cluster, { skipsTombstones: true })
  await run.ended
  assert.deepEqual([run.numbers(), [...run.opened.store.deadLetters.dead()]], [[1], []])
  assert.match(run.position('rows', 0)!, /"offset":"2"/)
  await run.end()
})

test('a new run begins with the first record that is there', async () => {
  const cluster = clusterOf(1)
  for (const n of upTo(9)) cluster.append('rows', 0, rowOf(n))
  cluster.deleteBefore('rows', 0, 6)
  const run = readOnce(cluster)
  await run.ended
  assert.deepEqual(run.numbers(), [7, 8, 9])
  await run.end()
})

test('from a time: the records of that time or later, in each partition', async () => {
  const cluster = clusterOf(2)
  for (const n of upTo(9)) cluster.append('rows', n % 2, rowOf(n), n * 1000)
  const run = readOnce(cluster, { from: 4500 })
  await run.ended
  assert.deepEqual(run.numbers(), [5, 6, 7, 8, 9])
  await run.end()
})

test('from offsets: from the first record of a partition that has none', async () => {
  const cluster = clusterOf(3)
  for (const n of upTo(12)) cluster.append('rows', n % 3, rowOf(n))
  const run = readOnce(cluster, { from: { 0: 2, 1: 4 } })
  await run.ended
  assert.deepEqual(run.numbers(), [2, 5, 8, 9, 11, 12], 'of partition 0 all but 2, of partition 1 none')
  await run.end()
})

test('an offset that the topic does not have ends the start', async () => {
  const cluster = clusterOf(2)
  for (const n of upTo(12)) cluster.append('rows', n % 2, rowOf(n))
  cluster.deleteBefore('rows', 1, 3)
  const failsWith = async (from: Readonly<Record<number, number>>, message: string) => {
    const run = readOnce(cluster, { from })
    await assert.rejects(run.ended, { code: 'SPILL_SOURCE', message })
    await run.end()
  }
  await failsWith({ 1: 2 }, 'kafka:rows has from=1:2, and partition 1 has the offsets 3 to 5')
  await failsWith({ 0: 7 }, 'kafka:rows has from=0:7, and partition 0 has the offsets 0 to 5')
  await failsWith({ 2: 0 }, 'kafka:rows has from=2:0, and the partitions of the topic are 0 to 1')
})

test('from latest: the start is committed before a record comes, so that a restart loses nothing', async () => {
  const cluster = clusterOf(3)
  for (const n of upTo(9)) cluster.append('rows', n % 3, rowOf(n))
  const first = new TopicRun(readerOf(cluster, { from: 'latest' }))
  while (first.position('rows', 0) === undefined) await pause(1)
  await first.stop()
  for (const n of [10, 11, 12]) cluster.append('rows', n % 3, rowOf(n))
  const second = readOnce(cluster, { from: 'latest' }, first)
  await second.ended
  assert.deepEqual(second.numbers(), [10, 11, 12])
  await second.end()
})

test('the start in words: where it begins, and then the offset of each partition', async () => {
  const cluster = clusterOf(10)
  for (const n of upTo(40)) cluster.append('rows', n % 10, rowOf(n))
  const textOf = (run: TopicRun, options?: Partial<TopicReaderOptions>) => startText(run.opened.run, 'rows', readerOf(cluster, options))
  const empty = readOnce(clusterOf(1))
  await empty.ended
  const none = new TopicRun(readerOf(new MemoryCluster()))
  assert.equal(textOf(none), 'rows: kafka:rows from the first record')
  assert.equal(textOf(none, { from: 'latest' }), 'rows: kafka:rows from the records that are written from now on')
  assert.equal(textOf(none, { from: Date.UTC(2026, 0, 1) }), 'rows: kafka:rows from the first record of 2026-01-01T00:00:00.000Z or later')
  assert.equal(textOf(empty), 'rows: kafka:rows from offset 0 (partition 0)')
  const run = readOnce(cluster)
  await run.ended
  assert.equal(
    textOf(run),
    `rows: kafka:rows from offset ${Array.from({ length: 8 }, (_, partition) => `4 (partition ${partition})`).join(', ')} and 2 more`,
  )
  for (const each of [empty, none, run]) await each.end()
})

test('a start stores the committed offsets in the group, also of partitions without new records', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 2)
  for (const n of upTo(6)) cluster.append('rows', n % 2, rowOf(n))
  const readerOf = () => topicReader(numbersSource, { topic: 'rows', group: 'tools', open: () => cluster.driver() })
  const first = new TopicRun(readerOf(), { follow: false })
  await first.ended
  // As if the run had been killed before it stored them.
  cluster.groupOffsets.clear()
  await new TopicRun(readerOf(), { follow: false, opened: first.opened }).ended
  assert.deepEqual(Object.fromEntries(cluster.groupOffsets), { 'tools rows 0': 3, 'tools rows 1': 3 })
  await first.end()
})
