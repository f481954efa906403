/** A fetch with many records: each reader gives them some at a time, other work has its turn in between, and reading resumes behind any of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { callSoon, pause } from '../../base/clock.ts'
import type { RecordBatch } from '../../intake/index.ts'
import { SLICE_RECORDS } from '../../kafka/fetched-slices.ts'
import type { ReadBatch, ReadContext, SourceReader } from '../reader/source-reader.ts'
import { sharedTopicReader } from './shared-topic-reader.ts'
import { topicReader } from './topic-reader.ts'

const COUNT = 2 * SLICE_RECORDS + 3

/** A topic of one partition, all of whose records come with one fetch. */
function largeFetch(): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.fetchRecords = Infinity
  cluster.createTopic('rows', 1)
  for (const n of upTo(COUNT)) cluster.append('rows', 0, rowOf(n))
  return cluster
}

const wholeReader = (cluster: MemoryCluster): SourceReader => topicReader(numbersSource, { topic: 'rows', open: () => cluster.driver() })
const memberReader = (cluster: MemoryCluster): SourceReader =>
  sharedTopicReader(numbersSource, {
    topic: 'rows',
    group: 'shared',
    protocol: 'consumer',
    member: 'm',
    checkMs: 10,
    open: () => cluster.driver(),
  })

interface DecodedBatch extends ReadBatch {
  readonly records: RecordBatch
}

const isDecoded = (batch: ReadBatch): batch is DecodedBatch => !Array.isArray(batch.records)

/** Gives the batches with records behind a position. */
async function* batchesAfter(reader: SourceReader, position: string | undefined): AsyncGenerator<DecodedBatch> {
  const context: ReadContext = {
    committedPosition: () => position,
    follow: false,
    signal: new AbortController().signal,
    whenCommitted: async () => {},
    assign: () => {},
    revoke: async () => {},
    warn: () => {},
  }
  for await (const batch of reader.read(context)) if (isDecoded(batch)) yield batch
  await reader.close?.()
}

async function allAfter(reader: SourceReader, position: string | undefined): Promise<readonly DecodedBatch[]> {
  const batches: DecodedBatch[] = []
  for await (const batch of batchesAfter(reader, position)) batches.push(batch)
  return batches
}

const offsetsOf = ({ records }: DecodedBatch): number[] => records.records.map((_, at) => records.numberOf(at))

for (const [name, readerOf] of [
  ['all partitions', wholeReader],
  ['a share of a group', memberReader],
] as const) {
  test(`a reader of ${name} decodes at most SLICE_RECORDS records in one turn of the event loop`, async () => {
    let [inTurn, most, total] = [0, 0, 0]
    const countTurn = (): void => {
      inTurn = 0
      if (total < COUNT) callSoon(countTurn)
    }
    callSoon(countTurn)
    for await (const batch of batchesAfter(readerOf(largeFetch()), undefined)) {
      const { length } = offsetsOf(batch)
      inTurn += length
      total += length
      most = Math.max(most, inTurn)
    }
    assert.deepEqual([most, total], [SLICE_RECORDS, COUNT])
  })

  test(`a reader of ${name} resumes behind each batch of a fetch`, async () => {
    const cluster = largeFetch()
    const batches = await allAfter(readerOf(cluster), undefined)
    assert.deepEqual(
      batches.map(batch => offsetsOf(batch).length),
      [SLICE_RECORDS, SLICE_RECORDS, 3],
    )
    for (const [i, { position }] of batches.entries()) {
      assert.match(position!, /"epoch":0/)
      const rest = await allAfter(readerOf(cluster), position)
      assert.deepEqual(rest.flatMap(offsetsOf), batches.slice(i + 1).flatMap(offsetsOf), position)
    }
  })
}

test('a member claims all records of a fetch before it gives the first', async () => {
  const cluster = largeFetch()
  for await (const batch of batchesAfter(memberReader(cluster), undefined)) {
    assert.equal(cluster.group('shared').offsets.get(0)!.place.offset, COUNT)
    assert.ok(offsetsOf(batch).length > 0)
  }
})

/** Asks for no batch behind the first with records before a promise is resolved. */
function pausedReader(reader: SourceReader, resumed: Promise<void>): SourceReader {
  return {
    name: reader.name,
    async *read(context) {
      for await (const batch of reader.read(context)) {
        yield batch
        if (isDecoded(batch)) await resumed
      }
    },
    close: async () => reader.close?.(),
  }
}

test('a partition that is taken away in the middle of a fetch, and comes back: each record is read once', async () => {
  const cluster = largeFetch()
  const group = cluster.group('shared')
  const isHeld = (): boolean => group.offsets.get(0)!.metadata.includes('holder')
  const { promise: resumed, resolve: resume } = Promise.withResolvers<void>()
  const run = new TopicRun(pausedReader(memberReader(cluster), resumed))
  await run.until(SLICE_RECORDS)
  group.withhold(0)
  while (isHeld()) await pause(1)
  assert.equal(group.offsets.get(0)!.place.offset, SLICE_RECORDS, 'the rest is free again')
  group.give(0)
  while (!isHeld()) await pause(1)
  resume()
  await run.until(COUNT)
  await run.stop()
  assert.deepEqual(run.numbers(), upTo(COUNT))
  await run.end()
})
