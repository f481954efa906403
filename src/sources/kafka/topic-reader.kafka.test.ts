import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Codec, brokers, BrokerTopics } from '../../../test/kafka/brokers.ts'
import { decidedNumbers, numbers, openNumbersRun, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { openKafkaDriver } from '../../kafka/index.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import { feedSource } from '../reader/source-feed.ts'
import { topicReader } from './topic-reader.ts'

const source = sourceOf(numbers)
const rowOf = (n: number): string => JSON.stringify({ who: 'w', n, at: 1 })
const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())
  const readerOf = (topic: string) =>
    topicReader(source, { topic, open: () => openKafkaDriver({ brokers: [address], clientId: 'spillway-test' }) })

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
    const { run, store } = openNumbersRun()
    await feedSource(run, 'rows', readerOf(topic), { follow: false, signal: new AbortController().signal, onWarning: assert.fail })
    assert.deepEqual(
      decidedNumbers(store).toSorted((a, b) => a! - b!),
      Array.from({ length: last }, (_, i) => i + 1),
    )
    await run.stop()
  })

  test(`Kafka ${version}: a topic that does not exist is an error that names it`, async () => {
    const { run } = openNumbersRun()
    const options = { follow: true, signal: new AbortController().signal, onWarning: assert.fail }
    await assert.rejects(feedSource(run, 'rows', readerOf('absent'), options), {
      code: 'SPILL_SOURCE',
      message: /topic 'absent' does not exist|absent/,
    })
    await run.stop()
  })
}
