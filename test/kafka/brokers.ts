/** The brokers of `npm run test:kafka`, and what tests do with them. */
import * as client from '@platformatic/kafka'
import { randomUUID } from 'node:crypto'

/** Brokers by version, started by `scripts/test.ts`; none outside of `npm run test:kafka`. */
export const brokers: ReadonlyMap<string, string> = new Map(
  (process.env['KAFKA_TEST_BROKERS'] ?? '').split(' ').flatMap(text => {
    const [version, address] = text.split('=')
    return address === undefined ? [] : [[version, address] as const]
  }),
)

export type Codec = client.CompressionAlgorithmValue

/** Makes topics of one broker and writes to them. */
export class BrokerTopics {
  readonly address: string
  readonly #admin: client.Admin
  readonly #producer: client.Producer<string, string, string, string>

  constructor(address: string) {
    this.address = address
    const settings = { clientId: 'test', bootstrapBrokers: [address] }
    this.#admin = new client.Admin(settings)
    this.#producer = new client.Producer({ ...settings, serializers: client.stringSerializers })
  }

  /** A new topic, whose name nobody has used. */
  async create(partitions = 1): Promise<string> {
    const topic = `topic-${randomUUID()}`
    await this.#admin.createTopics({ topics: [topic], partitions, replicas: 1 })
    return topic
  }

  async remove(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] })
  }

  async append(topic: string, partition: number, values: readonly string[], compression: Codec = 'none'): Promise<void> {
    await this.#producer.send({ messages: values.map(value => ({ topic, partition, value })), compression, acks: -1 })
  }

  async close(): Promise<void> {
    await this.#producer.close()
    await this.#admin.close()
  }
}
