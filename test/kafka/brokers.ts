/** The brokers of `npm run test:kafka`, and what tests do with them. */
import * as client from '@platformatic/kafka'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { kafkaProgram } from '../../scripts/engines/kafka.ts'
import { pause } from '../../src/base/clock.ts'
import type { GroupProtocol } from '../../src/kafka/index.ts'

const AGAIN_MS = 20
/** Time after which a coordinator aborts a transaction of a test. */
const TRANSACTION_MS = 600_000
/** Epoch of a member that leaves. */
const LEAVE = -1

/** Brokers by version, started by `scripts/test.ts`; none outside of `npm run test:kafka`. */
export const brokers: ReadonlyMap<string, string> = new Map(
  (process.env['KAFKA_TEST_BROKERS'] ?? '').split(' ').flatMap(text => {
    const [version, address] = text.split('=')
    return address === undefined ? [] : [[version, address] as const]
  }),
)

/** The protocols of groups that a version of Kafka serves without further settings. */
export const protocolsOf = (version: string): readonly GroupProtocol[] => (version.startsWith('3.') ? ['classic'] : ['classic', 'consumer'])

const isDone = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  )

export type Codec = client.CompressionAlgorithmValue

interface OpenTransaction {
  end(outcome: 'commit' | 'abort'): Promise<void>
}

/** Makes topics of one broker and writes to them. */
export class BrokerTopics {
  readonly address: string
  readonly #admin: client.Admin
  readonly #producer: client.Producer<string, string | Buffer, string, string>

  constructor(address: string) {
    this.address = address
    const settings = { clientId: 'test', bootstrapBrokers: [address] }
    this.#admin = new client.Admin(settings)
    const value = (data?: string | Buffer) => (data === undefined ? undefined : Buffer.from(data))
    this.#producer = new client.Producer({ ...settings, serializers: { ...client.stringSerializers, value } })
  }

  /** A new topic, whose name nobody has used. `leastReplicas`: the number that must have a record before it is acknowledged. `batchBytes`: it takes no larger batch. */
  async create(partitions = 1, { replicas = 1, leastReplicas = 1, batchBytes = 1_048_588, cleanup = 'delete' } = {}): Promise<string> {
    const topic = `topic-${randomUUID()}`
    const configs = [
      { name: 'min.insync.replicas', value: String(leastReplicas) },
      { name: 'max.message.bytes', value: String(batchBytes) },
      { name: 'cleanup.policy', value: cleanup },
      // Records of past times stay, too.
      { name: 'retention.ms', value: '-1' },
    ]
    await this.#admin.createTopics({ topics: [topic], partitions, replicas, configs })
    // The broker answers before it knows the topic itself.
    while (!(await this.#knows(topic))) await pause(AGAIN_MS)
    return topic
  }

  #knows(topic: string): Promise<boolean> {
    return isDone(this.#admin.metadata({ topics: [topic], forceUpdate: true }))
  }

  /** A new name of a group whose coordinator is a broker. */
  async groupAt(broker: number): Promise<string> {
    for (;;) {
      const group = `group-${randomUUID()}`
      if ((await this.#coordinatorNode(group)) === broker) return group
    }
  }

  /** Ids of the members of a group by the ids of their clients. */
  async members(group: string, protocol: GroupProtocol): Promise<ReadonlyMap<string, string>> {
    if (protocol === 'classic') {
      const described = (await this.#admin.describeGroups({ groups: [group] })).get(group)
      return new Map(Array.from(described?.members.values() ?? [], ({ clientId, id }) => [clientId, id]))
    }
    const { groups } = await client.consumerGroupDescribeV0.api.async(await this.#coordinator(group), [group], false)
    return new Map(groups[0].members.map(({ clientId, memberId }) => [clientId, memberId]))
  }

  /** Removes the member of a client from a group, as a broker does that hears nothing from it. Returns false while there is no such member. */
  async expel(group: string, protocol: GroupProtocol, clientId: string): Promise<boolean> {
    const memberId = (await this.members(group, protocol)).get(clientId)
    if (memberId === undefined) return false
    const connection = await this.#coordinator(group)
    if (protocol === 'classic') await client.leaveGroupV5.api.async(connection, group, [{ memberId }])
    else await client.consumerGroupHeartbeatV0.api.async(connection, group, memberId, LEAVE, null, null, 0, null, null, null, null)
    return true
  }

  async #coordinator(group: string): Promise<client.Connection> {
    const node = await this.#coordinatorNode(group)
    return (await this.#admin.connectToBrokers([node])).get(node)!
  }

  async #coordinatorNode(group: string): Promise<number> {
    const [{ nodeId }] = await this.#admin.findCoordinator({ keyType: client.FindCoordinatorKeyTypes.GROUP, keys: [group] })
    return nodeId
  }

  /** Gives a topic more partitions. */
  async grow(topic: string, count: number): Promise<void> {
    await this.#admin.createPartitions({ topics: [{ name: topic, count, assignments: null }] })
  }

  /** Deletes the records of a partition before an offset, as retention does. */
  async deleteBefore(topic: string, partition: number, offset: number): Promise<void> {
    await this.#admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: BigInt(offset) }] }] })
  }

  async remove(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] })
  }

  /** Deletes a topic and makes it again under its name. */
  async recreate(topic: string, partitions = 1): Promise<void> {
    const idNow = async () => (await this.#admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.id
    const id = await idNow()
    await this.remove(topic)
    // The broker answers before it has deleted the topic, and before it knows the new one itself.
    while (!(await isDone(this.#admin.createTopics({ topics: [topic], partitions, replicas: 1 })))) await pause(AGAIN_MS)
    for (let last = id; last === undefined || last === id; last = await idNow().catch(() => undefined)) await pause(AGAIN_MS)
  }

  /** Appends a batch. A value that is absent is a tombstone. `timestamp`: the time of the records, UTC ms; by default now. */
  async append(
    topic: string,
    partition: number,
    values: readonly (string | Buffer | undefined)[],
    compression: Codec = 'none',
    timestamp?: number,
  ): Promise<void> {
    const timed = timestamp !== undefined && { timestamp: BigInt(timestamp) }
    // The types of the client demand a value; its writer takes none.
    const messages = values.map(value => ({ topic, partition, key: 'k', value: value!, ...timed }))
    await this.#producer.send({ messages, compression, acks: -1 })
  }

  /** Appends a batch until it is acknowledged: it may be there twice. */
  async appendAgain(topic: string, partition: number, values: readonly string[]): Promise<void> {
    for (;;)
      try {
        return await this.append(topic, partition, values)
      } catch {
        await pause(AGAIN_MS)
      }
  }

  /** Appends a batch in a transaction of a producer of its own, which is open until it is ended. */
  async begin(topic: string, partition: number, values: readonly string[]): Promise<OpenTransaction> {
    const settings = { clientId: 'test', bootstrapBrokers: [this.address], serializers: client.stringSerializers, timeout: TRANSACTION_MS }
    const producer = new client.Producer({ ...settings, idempotent: true, transactionalId: `transaction-${randomUUID()}` })
    // Without these the client names a producer that it is not.
    const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 })
    await transaction.send({ messages: values.map(value => ({ topic, partition, key: 'k', value })), acks: -1 })
    return {
      async end(outcome) {
        await transaction[outcome]()
        await producer.close()
      },
    }
  }

  async close(): Promise<void> {
    await this.#producer.close()
    await this.#admin.close()
  }
}

/** A line of `kafka-consumer-groups --describe`: of one partition of a topic. */
export interface DescribedPartition {
  readonly committed: number
  readonly end: number
  readonly lag: number
}

const PROGRAM_MS_MAX = 60_000

/** The answer of Kafka's own tool about a group and a topic, by partition. Starts a JVM, which takes seconds. */
export function describedGroup(version: string, address: string, group: string, topic: string): ReadonlyMap<number, DescribedPartition> {
  const program = kafkaProgram(version, 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand')
  const args = ['--bootstrap-server', address, '--describe', '--group', group]
  const { stdout, stderr, status } = spawnSync('java', [...program, ...args], { encoding: 'utf8', timeout: PROGRAM_MS_MAX })
  if (status !== 0) throw new Error(`the tool ended with ${status}: ${stdout}${stderr}`)
  const lines = stdout.split('\n').map(line => line.trim().split(/\s+/))
  // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG …
  return new Map(
    lines
      .filter(([name, of]) => name === group && of === topic)
      .map(([, , partition, ...numbers]) => {
        const [committed, end, lag] = numbers.map(Number)
        return [Number(partition), { committed, end, lag }] as const
      }),
  )
}
