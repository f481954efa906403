/** The lag of a topic as a run records and shows it, beside the one that Kafka's own tool prints. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/index.ts'
import { lagReadings } from '../../src/monitor/lag/lag-readings.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { brokers, BrokerTopics, describedGroup } from './brokers.ts'
import { LaggingRun } from './lagging-run.ts'
import { numbersSource, rowOf, upTo } from './topic-run.ts'

/** Records of each partition that are read, and those behind them. */
const [READ, UNREAD] = [
  [20, 30, 0],
  [7, 0, 12],
]

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: while records remain unread, the series has the lag that kafka-consumer-groups prints`, async () => {
    const topic = await topics.create(READ.length)
    const append = async (counts: readonly number[]) => {
      for (const [partition, count] of counts.entries()) if (count > 0) await topics.append(topic, partition, upTo(count).map(rowOf))
    }
    await append(READ)
    const open = () => openKafkaDriver({ brokers: [address], clientId: 'test' })
    const group = `lag-${topic}`
    const run = new LaggingRun(topicReader(numbersSource, { topic, group, open }))
    after(() => run.end())
    await run.until(50)
    run.allow(0)
    await append(UNREAD)
    const driver = open()
    // Sampling stores the last offsets in the group.
    for (let stored = new Map<number, number>(); READ.some((offset, partition) => stored.get(partition) !== offset); await pause(20)) {
      await run.sampler.sample()
      stored = new Map(await driver.groupOffsets(group, topic, [0, 1, 2]))
    }
    await driver.close()
    const described = describedGroup(version, address, group, topic)
    assert.deepEqual(
      [0, 1, 2].map(partition => described.get(partition)!.lag),
      UNREAD,
    )
    await run.sampler.sample()
    assert.deepEqual(
      lagReadings(run.sampler.lags()).filter(([series]) => series === 'source_lag?source=rows'),
      [['source_lag?source=rows', [...described.values()].reduce((sum, { lag }) => sum + lag, 0)]],
    )
    run.allow(Infinity)
    await run.until(69)
    await run.sampler.sample()
    assert.equal(run.sampler.lags()[0].records, 0, 'once they are read')
  })
}
