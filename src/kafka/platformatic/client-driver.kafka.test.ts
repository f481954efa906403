/** The driver keeps its contract on real brokers, in the thread of the caller and in one of its own. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as client from '@platformatic/kafka'
import { brokers, BrokerTopics, protocolsOf } from '../../../test/kafka/brokers.ts'
import type { ContractCluster, ForeignTransaction } from '../../../test/kafka/contract-cluster.ts'
import { driverContract } from '../../../test/kafka/driver-contract.ts'
import { pause } from '../../base/clock.ts'
import { type KafkaConnection, type KafkaDriver, type PlacedRecord } from '../port/driver.ts'
import { openKafkaDriver } from '../open-driver.ts'
import { clientDriver } from './client-driver.ts'

assert.ok(brokers.size > 0, 'run this file by npm run test:kafka, which starts brokers')

const AGAIN_MS = 20

const isDone = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  )

/** A broker, its topics, and producers besides those of the driver. */
class ContractBroker {
  readonly #address: string
  readonly #topics: BrokerTopics
  readonly #admin: client.Admin
  readonly #producers = new Set<client.Producer<string, string, string, string>>()

  constructor(address: string) {
    this.#address = address
    this.#topics = new BrokerTopics(address)
    this.#admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [address], retries: false })
  }

  /** The cluster of a suite, whose drivers are opened by `open`. */
  cluster(version: string, open: (connection: KafkaConnection) => KafkaDriver): ContractCluster {
    const [topics, admin] = [this.#topics, this.#admin]
    return {
      open: () => open({ brokers: [this.#address], clientId: 'contract' }),
      createTopic: partitions => this.#create(partitions),
      append: (topic, partition, value, timestamp) => topics.append(topic, partition, [value], 'none', timestamp),
      hasKeys: true,
      protocols: protocolsOf(version),
      async expel({ group, protocol }) {
        while (!(await topics.expel(group, protocol, 'contract'))) await pause(AGAIN_MS)
      },
      deleteGroup: ({ group }) => admin.deleteGroups({ groups: [group] }),
      begin: (id, records) => this.#begin(id, records),
      recreateTopic: (topic, partitions) => this.#recreate(topic, partitions),
      async deleteBefore(topic, partition, offset) {
        await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: BigInt(offset) }] }] })
      },
      createLimitedTopic: batchBytes => this.#create(1, { batchBytes }),
      createCompactedTopic: () => this.#create(1, { cleanup: 'compact' }),
    }
  }

  async #create(partitions: number, options?: Parameters<BrokerTopics['create']>[1]): Promise<string> {
    const topic = await this.#topics.create(partitions, options)
    await this.#untilReady(topic, partitions)
    return topic
  }

  /** Waits until the leaders of a topic and the coordinators are known: until then answers are `unavailable`. */
  async #untilReady(topic: string, partitions: number): Promise<void> {
    const requests = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }))
    const { GROUP, TRANSACTION } = client.FindCoordinatorKeyTypes
    const calls = [
      () => this.#admin.listOffsets({ topics: [{ name: topic, partitions: requests }] }),
      ...[GROUP, TRANSACTION].map(keyType => () => this.#admin.findCoordinator({ keyType, keys: [topic] })),
    ]
    for (const call of calls) while (!(await isDone(call()))) await pause(AGAIN_MS)
  }

  async #begin(id: string, records: readonly PlacedRecord[]): Promise<ForeignTransaction> {
    const settings = { clientId: 'test', bootstrapBrokers: [this.#address], serializers: client.stringSerializers }
    const producer = new client.Producer({ ...settings, idempotent: true, transactionalId: id })
    this.#producers.add(producer)
    // Without these the client names a producer that it is not.
    const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 })
    await transaction.send({
      messages: records.map(({ topic, partition, value }) => ({ topic, partition, key: 'k', value: String(value) })),
      acks: -1,
    })
    return { end: outcome => transaction[outcome]() }
  }

  async #recreate(topic: string, partitions: number): Promise<void> {
    await this.#topics.recreate(topic, partitions)
    await this.#untilReady(topic, partitions)
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#producers, producer => producer.close(true).catch(() => {})))
    await Promise.all([this.#topics.close(), this.#admin.close()])
  }
}

for (const [version, address] of brokers) {
  const broker = new ContractBroker(address)
  driverContract(`Kafka ${version}, in the thread of the caller`, broker.cluster(version, clientDriver))
  driverContract(`Kafka ${version}, in a thread of its own`, broker.cluster(version, openKafkaDriver))
  after(() => broker.close())
}

for (const [version, address] of brokers)
  test(`Kafka ${version}: errors for which the client has no code name the topic or the partition that is missing`, async context => {
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
