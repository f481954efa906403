/** A topic as a history: the same records in the same order each time, of a range that is fixed when reading begins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MemoryCluster } from '../../../test/kafka/memory-cluster.ts'
import { SilentBroker } from '../../../test/kafka/silent-broker.ts'
import { numbersSource, rowOf } from '../../../test/kafka/topic-run.ts'
import { JsonLineReader } from '../../intake/index.ts'
import { openValueFormat } from '../../kafka/index.ts'
import { openKafkaDriver } from '../../kafka/open-driver.ts'
import { historyOpener } from '../open-readers.ts'
import { TopicHistory, type TopicHistoryOptions } from './topic-history.ts'
import { positionText } from './topic-position.ts'

const historyOf = (cluster: MemoryCluster, options: Partial<TopicHistoryOptions> = {}) =>
  new TopicHistory({
    source: 'rows',
    topic: 'rows',
    from: 'earliest',
    skipsTombstones: false,
    openFormat: () => openValueFormat({ format: 'json' }, () => {}),
    open: () => cluster.driver(),
    ...options,
  })

/** The numbers of the records, and the places of those that cannot be decoded, in order. `onBatch` is called after each batch. */
async function readAll(history: TopicHistory, onBatch: () => void = () => {}): Promise<(number | string)[]> {
  const read: (number | string)[] = []
  for await (const { records, undecodable } of history.batches()) {
    read.push(...records.map(record => (record as { n: number }).n), ...undecodable.map(({ place }) => place))
    onBatch()
  }
  return read
}

const step = fc.record({
  partition: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('record', 'record', 'record', 'marker'),
  time: fc.integer({ min: 0, max: 20 }),
})

test('the records of a range come by partition and offset, and those that are written meanwhile do not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.option(fc.integer({ min: 0, max: 21 })),
      fc.option(fc.integer({ min: 0, max: 21 })),
      async (steps, from, to) => {
        const cluster = new MemoryCluster()
        cluster.createTopic('rows', 3)
        const written: { readonly partition: number; readonly offset: number; readonly time: number; readonly n: number }[] = []
        for (const [n, { partition, kind, time }] of steps.entries())
          if (kind === 'marker') cluster.skip('rows', partition)
          else written.push({ partition, offset: cluster.append('rows', partition, rowOf(n), time), time, n })
        const offsetAt = (partition: number, time: number | null, otherwise: number): number =>
          time === null
            ? otherwise
            : (written.find(record => record.partition === partition && record.time >= time)?.offset ??
              cluster.partition('rows', partition).end)
        const expected = [0, 1, 2].flatMap(partition => {
          const [first, end] = [offsetAt(partition, from, 0), offsetAt(partition, to, Infinity)]
          return written.filter(record => record.partition === partition && record.offset >= first && record.offset < end).map(({ n }) => n)
        })
        const history = historyOf(cluster, { from: from ?? 'earliest', to: to ?? undefined })
        const more = () => {
          for (const partition of [0, 1, 2]) cluster.append('rows', partition, rowOf(-1), 21)
        }
        assert.deepEqual(await readAll(history, more), expected)
        if (expected.length > 0) assert.equal(history.progress(), 1)
      },
    ),
    { numRuns: 200 },
  )
})

test('a range by offsets: partitions without one are read from the first record, or to the last', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 3)
  for (let n = 0; n < 12; n++) cluster.append('rows', n % 3, rowOf(n))
  assert.deepEqual(await readAll(historyOf(cluster, { from: { 0: 2, 1: 4 } })), [6, 9, 2, 5, 8, 11])
  assert.deepEqual(await readAll(historyOf(cluster, { from: { 1: 1 }, to: { 0: 1, 1: 3, 2: 0 } })), [0, 4, 7])
  await assert.rejects(readAll(historyOf(cluster, { to: { 3: 1 } })), {
    code: 'SPILL_SOURCE',
    message: 'kafka:rows has to=3:1, and the partitions of the topic are 0 to 2',
  })
  await assert.rejects(readAll(historyOf(cluster, { from: { 0: 2 }, to: { 0: 1 } })), {
    code: 'SPILL_SOURCE',
    message: 'kafka:rows has to=0:1, and reading partition 0 begins at offset 2',
  })
})

test('the records that a run has read are those that retention left, from its offsets on', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  for (let n = 0; n < 12; n++) cluster.append('rows', 0, rowOf(n))
  cluster.deleteBefore('rows', 0, 5)
  const position = positionText(await cluster.driver().describe('rows'), { offset: 9, epoch: 0 })
  const read = (from: number) => readAll(historyOf(cluster, { from: { 0: from }, positions: () => position }))
  assert.deepEqual(
    [await read(2), await read(7)],
    [
      [5, 6, 7, 8],
      [7, 8],
    ],
  )
  await assert.rejects(readAll(historyOf(cluster, { from: { 0: 2 } })), { message: /partition 0 has the offsets 5 to 11/ })
})

test('cells of a source are those of its records, and what is no record has its place', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  for (const value of [rowOf(1), 'no json', undefined, rowOf(2)]) cluster.append('rows', 0, value)
  const reader = JsonLineReader.of(numbersSource)
  let cells = 0
  for await (const batch of historyOf(cluster, { openFormat: () => openValueFormat({ format: 'json', reader }, () => {}) }).batches())
    cells += batch.cells?.isRead.filter(Boolean).length ?? 0
  assert.equal(cells, 2)
  assert.deepEqual(await readAll(historyOf(cluster)), [1, 2, 'kafka:rows#0 offset 1', 'kafka:rows#0 offset 2'])
  assert.deepEqual(await readAll(historyOf(cluster, { skipsTombstones: true })), [1, 2, 'kafka:rows#0 offset 1'])
})

test('a cluster that is away, and a topic that does not exist, end the reading', async () => {
  const cluster = new MemoryCluster()
  await assert.rejects(readAll(historyOf(cluster)), {
    code: 'SPILL_SOURCE',
    message: /^kafka:rows source 'rows': topic 'rows' does not exist/,
  })
  cluster.createTopic('rows', 1)
  for (let n = 0; n < 20; n++) cluster.append('rows', 0, rowOf(n))
  const interrupted = readAll(historyOf(cluster), () => cluster.set({ isAway: true }))
  await assert.rejects(interrupted, { code: 'SPILL_SOURCE', message: /source 'rows': Kafka cannot be reached: connect ECONNREFUSED/ })
})

test('records that retention deletes while they are read end the reading', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 2)
  for (let n = 0; n < 40; n++) cluster.append('rows', n % 2, rowOf(n))
  await assert.rejects(
    readAll(historyOf(cluster), () => cluster.deleteBefore('rows', 1, 5)),
    {
      code: 'SPILL_SOURCE',
      message:
        "kafka:rows source 'rows': retention deleted the records of partition 1 from offset 0 on while they were read. " +
        'Read the history again, from a later time',
    },
  )
})

test('a partition that the topic gets while it is read as a history is not read', async () => {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', 1)
  for (let n = 0; n < 20; n++) cluster.append('rows', 0, rowOf(n))
  let grown = false
  const grow = () => {
    if (grown) return
    grown = true
    cluster.addPartition('rows')
    cluster.append('rows', 1, rowOf(99))
  }
  assert.deepEqual(
    await readAll(historyOf(cluster), grow),
    Array.from({ length: 20 }, (_, n) => n),
  )
})

test('a broker that never answers ends the reading of a history', async () => {
  await using broker = await SilentBroker.start()
  const open = () => openKafkaDriver({ brokers: [broker.address], clientId: 'test', requestMs: 300 })
  await assert.rejects(readAll(historyOf(new MemoryCluster(), { open })), {
    code: 'SPILL_SOURCE',
    message: "kafka:rows source 'rows': Kafka cannot be reached: Request timed out",
  })
})

test('an address names a range, and mistakes in it are errors', () => {
  const env = { KAFKA_BROKERS: '127.0.0.1:9092' }
  const opener = (address: string) => historyOpener(address, { source: 'rows', env })
  assert.equal(opener('kafka:rows?from=2026-01-01T00:00Z&to=2026-02-01T00:00%2B01:00')!().name, 'kafka:rows')
  assert.equal(opener('rows.ndjson'), undefined)
  assert.equal(opener('pg:rows'), undefined)
  for (const [address, message] of [
    ['kafka:rows?to=soon', /has to=soon; it is a time with its offset/],
    ['kafka:rows?to=latest', /has to=latest; it is a time with its offset/],
    ['kafka:rows?from=latest', /has from=latest, which leaves no history/],
    ['kafka:', /names no topic/],
  ] as const)
    assert.throws(() => opener(address), { code: 'SPILL_INPUT', message })
  assert.throws(() => historyOpener('kafka:rows', { source: 'rows', env: {} }), {
    code: 'SPILL_INPUT',
    message: /KAFKA_BROKERS is not set/,
  })
})
