import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { after, test } from 'node:test'
import { engineFolder } from '../../../scripts/engines/engine.ts'
import { partitionFolder } from '../../../scripts/engines/kafka.ts'
import { type Codec, brokers, BrokerTopics } from '../../../test/kafka/brokers.ts'
import { segmentOf } from '../../../test/kafka/own-broker.ts'
import { numbersSource, rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { openKafkaDriver } from '../../kafka/open-driver.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import { topicReader, type TopicReaderOptions } from './topic-reader.ts'

const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

function flipBit(file: string, at: number): void {
  const open = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(open, byte, 0, 1, at)
  byte[0] ^= 0x04
  writeSync(open, byte, 0, 1, at)
  closeSync(open)
}

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())
  const readerOf = (topic: string, options: Partial<TopicReaderOptions> = {}) =>
    topicReader(numbersSource, { topic, open: () => openKafkaDriver({ brokers: [address], clientId: 'spillway-test' }), ...options })
  const readOnce = (topic: string, before?: TopicRun) =>
    new TopicRun(readerOf(topic), { follow: false, ...(before && { opened: before.opened }) })

  testSourceReader(`a topic of Kafka ${version}`, async () => {
    const topic = await topics.create(2)
    return {
      open: () => readerOf(topic),
      append: (written, partition) => topics.append(topic, Number(partition), written.map(rowOf)),
      numberOf: ({ n }: { n: number }) => n,
      partitions: ['0', '1'],
      damage: () => topics.remove(topic),
    }
  })

  test(`Kafka ${version}: every codec, in three partitions, each record once`, async () => {
    const topic = await topics.create(3)
    let last = 0
    for (let round = 0; round < 4; round++)
      for (const codec of codecs) {
        const values = Array.from({ length: 50 }, () => rowOf(++last))
        await topics.append(topic, last % 3, values, codec)
      }
    const run = readOnce(topic)
    await run.ended
    assert.deepEqual(run.numbers(), upTo(last))
    await run.end()
  })

  test(`Kafka ${version}: a topic that does not exist is an error that names it`, async () => {
    await assert.rejects(new TopicRun(readerOf('absent')).ended, { code: 'SPILL_SOURCE', message: /topic 'absent' does not exist|absent/ })
  })

  test(`Kafka ${version}: a topic that is deleted while a run reads it ends its source`, async () => {
    const topic = await topics.create(1)
    await topics.append(topic, 0, upTo(3).map(rowOf))
    const run = new TopicRun(readerOf(topic, { missingMs: 1000 }))
    await run.until(3)
    await topics.remove(topic)
    await assert.rejects(run.ended, { code: 'SPILL_SOURCE', message: new RegExp(topic) })
    await run.end()
  })

  test(`Kafka ${version}: records that are deleted before a run reads them end its source; a new run begins behind them`, async () => {
    const topic = await topics.create(1)
    await topics.append(topic, 0, upTo(3).map(rowOf))
    const run = readOnce(topic)
    await run.ended
    await topics.append(topic, 0, [4, 5, 6, 7].map(rowOf))
    await topics.deleteBefore(topic, 0, 5)
    const restarted = readOnce(topic, run)
    const message = new RegExp(
      `partition 0 has the offsets 5 to 6, and the next to read is 3: .*retention deleted them before they were read`,
    )
    await assert.rejects(restarted.ended, { code: 'SPILL_SOURCE', message })
    const fresh = readOnce(topic)
    await fresh.ended
    assert.deepEqual(fresh.numbers(), [6, 7])
    for (const each of [run, fresh]) await each.end()
  })

  test(`Kafka ${version}: tombstones and records that are too large are dead letters`, async () => {
    const topic = await topics.create(1)
    await topics.append(topic, 0, [rowOf(1), undefined])
    // Compressed it is small enough for the broker.
    await topics.append(topic, 0, [' '.repeat(limits.LINE_BYTES_MAX + 1), rowOf(2)], 'gzip')
    const run = readOnce(topic)
    await run.ended
    assert.deepEqual(run.numbers(), [1, 2])
    const dead = Array.from(run.opened.store.deadLetters.dead(), ({ place, detail }) => `${place}: ${detail}`).toSorted()
    assert.equal(dead.length, 2)
    assert.match(dead[0], /#0 offset 1: the record has no value: it is a tombstone/)
    assert.match(dead[1], /#0 offset 2: a record of 1048577 bytes, more than 1048576/)
    await run.end()
  })

  test(`Kafka ${version}: records of aborted and open transactions are not read, and reading once does not wait for an open one`, async () => {
    const topic = await topics.create(1)
    const append = (values: readonly number[]) => topics.append(topic, 0, values.map(rowOf))
    const begin = (values: readonly number[]) => topics.begin(topic, 0, values.map(rowOf))
    await append([1, 2])
    await (await begin([901, 902])).end('abort')
    await (await begin([3, 4])).end('commit')
    await append([5])
    const open = await begin([6, 7])
    await append([8])
    const run = readOnce(topic)
    await run.ended
    assert.deepEqual(run.numbers(), upTo(5))
    await open.end('commit')
    await readOnce(topic, run).ended
    assert.deepEqual(run.numbers(), upTo(8))
    await run.end()
  })

  test(`Kafka ${version}: from latest, from a time and from offsets`, async () => {
    const topic = await topics.create(2)
    await topics.append(topic, 0, upTo(5).map(rowOf))
    await pause(20)
    const time = Date.now()
    await topics.append(topic, 1, [6, 7].map(rowOf))
    const timed = new TopicRun(readerOf(topic, { from: time }), { follow: false })
    await timed.ended
    assert.deepEqual(timed.numbers(), [6, 7])
    const placed = new TopicRun(readerOf(topic, { from: { 0: 3 } }), { follow: false })
    await placed.ended
    assert.deepEqual(placed.numbers(), [4, 5, 6, 7])
    const newest = new TopicRun(readerOf(topic, { from: 'latest' }))
    while (newest.position(topic, 0) === undefined) await pause(5)
    await topics.append(topic, 0, [8, 9].map(rowOf))
    await newest.until(2)
    assert.deepEqual(newest.numbers(), [8, 9])
    for (const run of [timed, placed, newest]) await run.end()
  })

  test(`Kafka ${version}: a partition that the topic gets while a run reads it is read from its first record`, async () => {
    const topic = await topics.create(1)
    await topics.append(topic, 0, upTo(3).map(rowOf))
    const run = new TopicRun(readerOf(topic, { checkMs: 200 }))
    await run.until(3)
    after(() => run.end().catch(() => {}))
    await topics.grow(topic, 2)
    // A producer that does not know the partition yet writes to another.
    const others = new BrokerTopics(address)
    await others.append(topic, 1, [4, 5].map(rowOf))
    await others.close()
    await run.until(5)
    assert.deepEqual(run.numbers(), upTo(5))
    assert.match(run.warnings.join(), /has 2 partitions, and had 1/)
    await run.end()
  })

  test(`Kafka ${version}: a byte that changes on the broker's disk ends the source before its batch; once it is right, reading goes on`, async () => {
    const topic = await topics.create(1)
    for (const n of [1, 11, 21])
      await topics.append(
        topic,
        0,
        upTo(n + 9)
          .slice(n - 1)
          .map(rowOf),
      )
    const file = segmentOf(partitionFolder(engineFolder(`kafka-${version}`), topic, 0))
    const second = 12 + readFileSync(file).readInt32BE(8)
    flipBit(file, second + 80)
    const run = readOnce(topic)
    await assert.rejects(run.ended, {
      code: 'SPILL_SOURCE',
      message:
        /the batch at offset 10 of partition 0 of topic '.*' is corrupt, also when it is read 5 times: its checksum is [0-9a-f]{8}, and that of its bytes/,
    })
    assert.deepEqual(run.numbers(), upTo(10))
    assert.match(run.position(topic, 0)!, /"offset":"10"/)
    flipBit(file, second + 80)
    await readOnce(topic, run).ended
    assert.deepEqual(run.numbers(), upTo(30))
    await run.end()
  })
}
