/** A run over a topic whose broker freezes, dies, and loses the end of its log. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { OwnBroker } from './own-broker.ts'
import { numbersSource, rowOf, TopicRun, upTo } from './topic-run.ts'

const REQUEST_MS = 1500

/** Bytes of the first batches in a segment of a log. */
function bytesOfBatches(segment: Buffer, count: number): number {
  let at = 0
  for (let batch = 0; batch < count; batch++) at += 12 + segment.readInt32BE(at + 8)
  return at
}

const [version] = brokers.keys()

test(`Kafka ${version}: frozen, killed and cut; nothing is lost or read twice, and a log that was cut is noticed`, async () => {
  const broker = await OwnBroker.start(version)
  after(() => broker.kill())
  const topics = new BrokerTopics(broker.address)
  after(() => topics.close())
  const topic = await topics.create(1)
  const readerOf = () =>
    topicReader(numbersSource, {
      topic,
      open: () => openKafkaDriver({ brokers: [broker.address], clientId: 'test', requestMs: REQUEST_MS }),
    })
  const append = (from: number, to: number) =>
    topics.append(
      topic,
      0,
      upTo(to)
        .slice(from - 1)
        .map(rowOf),
    )

  await append(1, 10)
  const run = new TopicRun(readerOf())
  await run.until(10)

  broker.freeze()
  await run.untilWarning('Kafka is unreachable')
  broker.thaw()
  await append(11, 20)
  await run.until(20)
  await run.untilWarning('Kafka is reachable again')

  run.warnings.length = 0
  await broker.kill()
  await run.untilWarning('Kafka is unreachable')
  await pause(500)
  await broker.restart()
  await append(21, 30)
  await run.until(30)
  assert.deepEqual(run.numbers(), upTo(30))
  await append(31, 40)
  await run.until(40)
  await run.stop()
  assert.deepEqual(run.numbers(), upTo(40))

  await broker.kill()
  broker.truncate(topic, 0, bytesOfBatches(readFileSync(broker.segment(topic, 0)), 2))
  await broker.restart()
  const again = () => new TopicRun(readerOf(), { opened: run.opened, follow: true }).ended
  await assert.rejects(again(), {
    code: 'SPILL_SOURCE',
    message: /: records that were read are no longer in the topic, since a leader was elected/,
  })
  // The log grows past the position: without the epochs of leaders other records would be taken for the next ones.
  await append(1001, 1030)
  await append(1031, 1060)
  await assert.rejects(again(), {
    code: 'SPILL_SOURCE',
    message:
      /partition 0 of topic '.*' no longer has the records from offset 20 on that were read: records that were read are no longer in the topic/,
  })
  assert.deepEqual(run.numbers(), upTo(40))
  await run.end()
})
