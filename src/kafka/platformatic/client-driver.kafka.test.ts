/** Errors of a driver on real brokers, for which the client has errors of its own without a code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokers, BrokerTopics } from '../../../test/kafka/brokers.ts'
import { openKafkaDriver } from '../open-driver.ts'

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

for (const [version, address] of brokers)
  test(`Kafka ${version}: a topic and a partition that are missing, and a topic that is another one, have errors of their kind`, async context => {
    const driver = openKafkaDriver({ brokers: [address], clientId: 'test' })
    const topics = new BrokerTopics(address)
    context.after(() => Promise.all([driver.close(), topics.close()]))
    await assert.rejects(driver.describe('none'), { kind: 'missing', message: "topic 'none' does not exist" })
    const member = driver.member({ group: 'g-none', topic: 'none', protocol: 'classic' })
    await assert.rejects(member.partitions(), { kind: 'missing', message: "topic 'none' does not exist" })

    const topic = await topics.create()
    await assert.rejects(driver.offsets(topic, [1], 'earliest'), { kind: 'unavailable', message: 'the broker does not know the partition' })
    const fetch = driver.fetch(topic, { topicId: 'another', isCommittedOnly: true, maxBytes: 1 << 20 })
    fetch.assign(0, { offset: 0, epoch: -1 })
    await assert.rejects(fetch.next(), { kind: 'replaced' })
  })
