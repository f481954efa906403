/** The lag of a topic as a run records and shows it, beside the one that Kafka's own tool prints. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { lagReadings } from '../../src/monitor/lag/lag-readings.ts'
import type { KafkaDriver } from '../../src/kafka/index.ts'
import { sharedTopicReader } from '../../src/sources/kafka/shared-topic-reader.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { brokers, BrokerTopics, describedGroup, protocolsOf } from './brokers.ts'
import { changedDriver } from './changed-driver.ts'
import { LaggingRun } from './lagging-run.ts'
import { numbersSource, rowOf, upTo } from './topic-run.ts'

/** Records of each partition that are read, and those behind them. */
const [READ, UNREAD] = [
  [20, 30, 0],
  [7, 0, 12],
]

/** The same of a topic that two runs share. */
const [READ_SHARED, UNREAD_SHARED] = [
  [20, 30, 5, 8],
  [7, 0, 12, 3],
]
const LOOK_MS = 20

/** Holds the records of fetches back, so that no run claims them. */
class FetchGate {
  #opened = Promise.resolve()
  #open = (): void => {}

  close(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#opened = promise
    this.#open = resolve
  }

  open(): void {
    this.#open()
  }

  /** The driver, whose fetches go through the gate. */
  driver(driver: KafkaDriver): KafkaDriver {
    const fetch: KafkaDriver['fetch'] = (...args) => {
      const session = driver.fetch(...args)
      const next = async () => {
        const fetched = await session.next()
        await this.#opened
        return fetched
      }
      return {
        next,
        assign: (...place) => session.assign(...place),
        revoke: partition => session.revoke(partition),
        close: () => session.close(),
      }
    }
    return changedDriver(driver, { fetch })
  }
}

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: records behind an open transaction are counted apart until it ends`, async () => {
    const topic = await topics.create()
    await topics.append(topic, 0, upTo(2).map(rowOf))
    const run = new LaggingRun(topicReader(numbersSource, { topic, open: () => openKafkaDriver({ brokers: [address], clientId: 'test' }) }))
    after(() => run.end())
    await run.until(2)
    const transaction = await topics.begin(topic, 0, [3, 4, 5].map(rowOf))
    await topics.append(topic, 0, [rowOf(6)])
    const totals = async () => {
      await run.sampler.sample()
      const [{ records, inTransaction }] = run.sampler.lags()
      return [records, inTransaction]
    }
    assert.deepEqual(await totals(), [4, 4])
    await transaction.end('commit')
    await run.until(6)
    for (let left = await totals(); left[0] !== 0; left = await totals()) await pause(LOOK_MS)
    assert.deepEqual(await totals(), [0, 0])
  })

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

  for (const protocol of protocolsOf(version))
    test(`Kafka ${version}, ${protocol}: of two runs that share a topic, each has the lag of its partitions that kafka-consumer-groups prints`, async () => {
      const topic = await topics.create(READ_SHARED.length)
      const append = async (counts: readonly number[]) => {
        for (const [partition, count] of counts.entries()) if (count > 0) await topics.append(topic, partition, upTo(count).map(rowOf))
      }
      await append(READ_SHARED)
      const group = `lag-${topic}`
      const gate = new FetchGate()
      const open = () => gate.driver(openKafkaDriver({ brokers: [address], clientId: 'test' }))
      const runs = [0, 1].map(() => new LaggingRun(sharedTopicReader(numbersSource, { topic, group, protocol, open })))
      after(async () => {
        gate.open()
        for (const run of runs) await run.end()
      })
      /** The lags that each run records, by partition. */
      const lags = async () => {
        for (const run of runs) await run.sampler.sample()
        return runs.map(run => new Map(run.sampler.lags()[0].partitions.map(({ partition, lag }) => [Number(partition), lag])))
      }
      const isShared = (byRun: readonly ReadonlyMap<number, number>[]) =>
        byRun.every(({ size }) => size > 0) && byRun.reduce((sum, { size }) => sum + size, 0) === READ_SHARED.length
      const untilRead = async () => {
        for (;;) {
          const byRun = await lags()
          if (isShared(byRun) && byRun.every(each => [...each.values()].every(lag => lag === 0))) return
          await pause(LOOK_MS)
        }
      }
      await untilRead()
      gate.close()
      await append(UNREAD_SHARED)
      const described = describedGroup(version, address, group, topic)
      const byRun = await lags()
      const ofPartition = (lag: (partition: number) => number | undefined) => READ_SHARED.map((_, partition) => lag(partition))
      assert.ok(isShared(byRun), 'the partitions have not moved')
      assert.deepEqual(
        ofPartition(partition => described.get(partition)?.lag),
        UNREAD_SHARED,
      )
      assert.deepEqual(
        ofPartition(partition => byRun.map(each => each.get(partition)).find(lag => lag !== undefined)),
        UNREAD_SHARED,
      )
      for (const [i, run] of runs.entries())
        assert.deepEqual(
          lagReadings(run.sampler.lags()).filter(([series]) => series === 'source_lag?source=rows'),
          [['source_lag?source=rows', [...byRun[i].values()].reduce((sum, lag) => sum + lag, 0)]],
        )
      gate.open()
      await untilRead()
    })
}
