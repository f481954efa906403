/** The driver over `@platformatic/kafka`: its connections and requests, with a fetch loop of our own. */
import { randomInt } from 'node:crypto'
import * as client from '@platformatic/kafka'
import { limits } from '../../base/index.ts'
import {
  type FetchOptions,
  type GroupMember,
  type KafkaConnection,
  type KafkaDriver,
  KafkaError,
  type MemberOptions,
  type NewRecord,
  type OffsetQuery,
  type TopicDescription,
  type TopicFetch,
  type TransactionWriter,
} from '../port/driver.ts'
import { ClassicMember } from './classic-member.ts'
import { clientSecurity } from './client-security.ts'
import { clientCodecs } from './codecs.ts'
import { ConnectionAlerts } from './connection-alerts.ts'
import { ConsumerMember } from './consumer-member.ts'
import { kafkaError } from './errors.ts'
import { fetchVersion } from './fetch-api.ts'
import { RecordSender } from './record-sender.ts'
import { TransactionSender } from './transaction-sender.ts'
import { type FetchCluster, TopicFetcher } from './topic-fetcher.ts'

const [LATEST, EARLIEST] = [-1n, -2n]
const EARLIEST_TEXT = 'earliest'
const READ_COMMITTED = client.FetchIsolationLevels.READ_COMMITTED

/** A driver that connects with its first request. */
export function clientDriver({ brokers, clientId, requestMs = limits.KAFKA_REQUEST_MS, security }: KafkaConnection): KafkaDriver {
  const times = { connectTimeout: Math.min(requestMs, limits.KAFKA_CONNECT_MS), requestTimeout: requestMs }
  // The client asks the first that it can connect to; that one may answer nothing, or know an old state of the cluster.
  const first = randomInt(brokers.length)
  const bootstrapBrokers = [...brokers.slice(first), ...brokers.slice(0, first)]
  const settings = { clientId, bootstrapBrokers, autocreateTopics: false, ...times, ...clientSecurity(brokers, security) }
  const admin = new client.Admin({ ...settings, retries: false })
  return new ClientDriver(admin, new ConnectionAlerts(admin, security), settings)
}

class ClientDriver implements KafkaDriver {
  readonly #admin: client.Admin
  readonly #settings: client.BaseOptions
  readonly #sender: RecordSender
  readonly #writers = new Set<TransactionWriter>()
  readonly #members = new Set<GroupMember>()
  readonly #versions = new Map<number, number>()
  readonly #fetches = new Set<TopicFetch>()
  readonly #alerts: ConnectionAlerts

  constructor(admin: client.Admin, alerts: ConnectionAlerts, settings: client.BaseOptions) {
    this.#admin = admin
    this.#alerts = alerts
    this.#settings = settings
    this.#sender = new RecordSender(settings)
  }

  async describe(topic: string): Promise<TopicDescription> {
    const { id: cluster, topic: found } = await this.#metadata(topic, true)
    return { cluster, id: found.id, partitions: found.partitionsCount }
  }

  async #metadata(topic: string, forceUpdate: boolean) {
    try {
      const { id, topics } = await this.#admin.metadata({ topics: [topic], forceUpdate })
      const found = topics.get(topic)
      if (!found) throw new KafkaError('missing', `topic '${topic}' does not exist`)
      return { id, topic: found }
    } catch (error) {
      throw this.#alerts.explained(kafkaError(error))
    }
  }

  async offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    // Of no partitions the client's answer has no topic.
    if (partitions.length === 0) return new Map()
    const found = await this.#listOffsets(topic, partitions, timestampOf(query), query === 'stable')
    const absent = partitions.filter(partition => !found.has(partition))
    if (absent.length === 0) return found
    return new Map([...found, ...(await this.#listOffsets(topic, absent, LATEST))])
  }

  /** Offsets of the partitions that have one. */
  async #listOffsets(
    topic: string,
    partitions: readonly number[],
    timestamp: bigint,
    isCommittedOnly = false,
  ): Promise<Map<number, number>> {
    try {
      const requests = partitions.map(partitionIndex => ({ partitionIndex, timestamp }))
      const [answer] = await this.#admin.listOffsets({
        topics: [{ name: topic, partitions: requests }],
        ...(isCommittedOnly && { isolationLevel: READ_COMMITTED }),
      })
      return new Map(
        answer.partitions.flatMap(({ partitionIndex, offset }) => (offset < 0n ? [] : [[partitionIndex, Number(offset)] as const])),
      )
    } catch (error) {
      throw kafkaError(error)
    }
  }

  fetch(topic: string, options: FetchOptions): TopicFetch {
    const cluster = this.#fetchCluster()
    const close = (): Promise<void> => {
      this.#fetches.delete(fetch)
      return cluster.close()
    }
    const fetch: TopicFetch = new TopicFetcher({ ...cluster, close }, topic, options, clientCodecs)
    this.#fetches.add(fetch)
    return fetch
  }

  /** A broker answers the requests of a connection in order, and a fetch waits there for records: so each fetch has connections of its own. */
  #fetchCluster(): FetchCluster {
    const admin = new client.Admin({ ...this.#settings, retries: false })
    return {
      leaders: async (topic, isNew) => {
        const { topic: found } = await this.#metadata(topic, isNew)
        return { id: found.id, partitions: found.partitions }
      },
      connection: async broker => {
        try {
          const connection = (await admin.connectToBrokers([broker])).get(broker)
          if (!connection) throw new KafkaError('unavailable', `broker ${broker} cannot be reached`)
          if (!this.#versions.has(broker)) this.#versions.set(broker, fetchVersion(await apisOf(connection)))
          return { connection, fetchVersion: this.#versions.get(broker)! }
        } catch (error) {
          throw kafkaError(error)
        }
      },
      close: () => admin.close(),
    }
  }

  send(topic: string, records: readonly NewRecord[]): Promise<void> {
    return this.#sender.send(topic, records)
  }

  transactions(id: string): TransactionWriter {
    const writer = new TransactionSender(this.#settings, id)
    this.#writers.add(writer)
    return writer
  }

  member(options: MemberOptions): GroupMember {
    const member = options.protocol === 'classic' ? new ClassicMember(this.#settings, options) : new ConsumerMember(this.#settings, options)
    this.#members.add(member)
    return member
  }

  async commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const partitionOffsets = Array.from(offsets, ([partition, offset]) => ({ partition, offset: BigInt(offset) }))
    try {
      await this.#admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
    } catch (error) {
      throw kafkaError(error)
    }
  }

  async groupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    try {
      const requests = [{ groupId: group, topics: [{ name: topic, partitionIndexes: [...partitions] }] }]
      const [answer] = await this.#admin.listConsumerGroupOffsets({ groups: requests })
      const found = answer.topics.find(each => each.name === topic)?.partitions ?? []
      return new Map(
        found.flatMap(({ partitionIndex, committedOffset }) =>
          committedOffset < 0n ? [] : [[partitionIndex, Number(committedOffset)] as const],
        ),
      )
    } catch (error) {
      throw kafkaError(error)
    }
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#fetches, fetch => fetch.close()))
    await this.#sender.close()
    await Promise.all([...Array.from(this.#writers, writer => writer.close()), ...Array.from(this.#members, member => member.leave())])
    await this.#admin.close()
  }
}

/** The APIs of a broker: in a rolling upgrade they are not those of the others. */
async function apisOf(connection: client.Connection) {
  const { apiKeys } = await client.apiVersionsV3.api.async(connection, 'spillway', '1')
  return apiKeys
}

/** Negative times have other meanings in the request, and no record has one. */
const timestampOf = (query: OffsetQuery): bigint =>
  query === EARLIEST_TEXT ? EARLIEST : typeof query === 'string' ? LATEST : BigInt(Math.max(0, query))
