/** Topics of a real broker for the proof of inputs, with aborted records and the markers of transactions between the others. */
import * as client from '@platformatic/kafka'
import type { Random } from '../../src/base/random.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { chance, oneOf } from '../inputs/generate.ts'
import type { InputCluster, InputRecord, WrittenTopic } from '../inputs/topic-door.ts'
import { LARGE_BYTES } from '../inputs/topic-values.ts'
import { type BrokerTopics, type Codec } from './brokers.ts'

const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const TRANSACTIONS = 0.03
const RUBBISH = 'no json'

export class BrokerInputs implements InputCluster {
  readonly #topics: BrokerTopics
  readonly #producer: client.Producer

  constructor(topics: BrokerTopics) {
    this.#topics = topics
    this.#producer = new client.Producer({ clientId: 'test', bootstrapBrokers: [topics.address], retries: false })
  }

  open = () => openKafkaDriver({ brokers: [this.#topics.address], clientId: 'test' })

  async write(records: readonly InputRecord[], partitions: number, next: Random): Promise<WrittenTopic> {
    const topic = await this.#topics.create(partitions)
    const recordsAt = new Map<string, InputRecord>()
    let refused = 0
    // One that is larger than a run takes, and, compressed, not than the topic takes; and one that the topic does not take.
    const large = { bytes: Buffer.alloc(LARGE_BYTES, 'a'), isDead: true, partition: 0 } as const
    for (const [record, codec] of [
      [large, 'gzip'],
      [large, 'none'],
      ...records.map(each => [each, oneOf(next, codecs)] as const),
    ] as const) {
      if (chance(next, TRANSACTIONS)) await this.#transact(topic, record.partition, chance(next, 0.5), recordsAt)
      const offset = await this.#append(topic, record, codec)
      if (offset === undefined) refused++
      else recordsAt.set(`${record.partition} ${offset}`, record)
    }
    return { topic, recordsAt, refused }
  }

  /** The offset of a record; undefined if it is too large for the topic. */
  async #append(topic: string, { partition, bytes }: InputRecord, compression: Codec): Promise<bigint | undefined> {
    try {
      // The types of the client demand a value; its writer takes none.
      const { offsets } = await this.#producer.send({ messages: [{ topic, partition, value: bytes! }], compression, acks: -1 })
      return offsets![0].offset
    } catch (error) {
      if ((bytes?.length ?? 0) < LARGE_BYTES) throw error
      return undefined
    }
  }

  /** A record in a transaction of its own, which leaves a marker; an aborted record is none. */
  async #transact(topic: string, partition: number, isCommitted: boolean, recordsAt: Map<string, InputRecord>): Promise<void> {
    const driver = this.open()
    const offset = (await driver.offsets(topic, [partition], 'latest')).get(partition)!
    await driver.close()
    const transaction = await this.#topics.begin(topic, partition, [RUBBISH])
    await transaction.end(isCommitted ? 'commit' : 'abort')
    if (isCommitted) recordsAt.set(`${partition} ${offset}`, { partition, bytes: Buffer.from(RUBBISH), isDead: true })
  }

  async close(): Promise<void> {
    await this.#producer.close()
  }
}
