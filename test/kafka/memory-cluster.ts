/** A Kafka cluster in memory, and its driver: a reference of the port, with outages, retention and elections on request. */
import {
  type FetchOptions,
  type GroupMember,
  type KafkaDriver,
  KafkaError,
  type MemberOptions,
  type NewRecord,
  type OffsetQuery,
  type TopicDescription,
  type TopicFetch,
} from '../../src/kafka/port/driver.ts'
import { javaPartition } from '../../src/kafka/java-partition.ts'
import { MemoryFetch, type MemoryPartition, type MemoryTopic } from './memory-fetch.ts'
import { MemoryGroup } from './memory-group.ts'

const emptyPartition = (): MemoryPartition => ({ first: 0, end: 0, epochs: [0], corruptAt: undefined, records: [] })

export class MemoryCluster {
  readonly #topics = new Map<string, MemoryTopic>()
  /** Groups by their name and topic. */
  readonly #groups = new Map<string, MemoryGroup>()
  /** Offsets that drivers committed for groups without a member, by group, topic and partition. */
  readonly groupOffsets = new Map<string, number>()
  /** Records that drivers sent. */
  readonly sent: NewRecord[] = []
  /** Nobody answers: an error at once, or nothing for ever. */
  isAway = false
  isSilent = false
  /** The topics may not be read. */
  isDenied = false
  /** A broker that starts and knows no topics yet. */
  isForgetful = false
  /** Brokers describe the topics, and the leaders of the partitions are away. */
  isLeaderless = false
  /** Records of a fetch, at most. */
  fetchRecords = 8
  /** Records that fetches took. */
  takenRecords = 0
  #changed = Promise.withResolvers<void>()

  createTopic(name: string, partitions: number): void {
    const id = `topic-${this.#topics.size + 1}-${name}`
    this.#topics.set(name, { id, partitions: Array.from({ length: partitions }, emptyPartition) })
  }

  addPartition(name: string): void {
    this.#topics.get(name)!.partitions.push(emptyPartition())
  }

  deleteTopic(name: string): void {
    // The count of topics is part of the next id.
    this.#topics.set(`${name} (deleted ${this.#topics.size})`, this.#topics.get(name)!)
    this.#topics.delete(name)
    this.notify()
  }

  /** Appends a record; `undefined` is a tombstone. Returns its offset. */
  append(topic: string, partition: number, value: string | Buffer | undefined, timestamp = 0): number {
    const log = this.partition(topic, partition)
    const offset = log.end++
    log.records.push({ offset, epoch: log.epochs.length - 1, timestamp, value })
    this.notify()
    return offset
  }

  /** Uses up an offset, as a marker of a transaction does. */
  skip(topic: string, partition: number): void {
    this.partition(topic, partition).end++
    this.notify()
  }

  /** Deletes the records before an offset, as retention does. */
  deleteBefore(topic: string, partition: number, offset: number): void {
    const log = this.partition(topic, partition)
    log.first = offset
    while (log.records.length > 0 && log.records[0].offset < offset) log.records.shift()
  }

  /** Elects a leader that has the records before an offset only. */
  electUnclean(topic: string, partition: number, end: number): void {
    const log = this.partition(topic, partition)
    log.epochs.push(end)
    log.end = end
    while (log.records.length > 0 && log.records.at(-1)!.offset >= end) log.records.pop()
    this.notify()
  }

  /** Sets what is wrong with the cluster. */
  set(trouble: {
    readonly isAway?: boolean
    readonly isSilent?: boolean
    readonly isDenied?: boolean
    readonly isForgetful?: boolean
    readonly isLeaderless?: boolean
  }): void {
    Object.assign(this, trouble)
    this.notify()
  }

  topic(name: string) {
    if (this.isAway) throw new KafkaError('unavailable', 'connect ECONNREFUSED')
    if (this.isDenied) throw new KafkaError('denied', 'TOPIC_AUTHORIZATION_FAILED')
    const topic = this.isForgetful ? undefined : this.#topics.get(name)
    if (!topic) throw new KafkaError('missing', `topic '${name}' does not exist`)
    return topic
  }

  partition(topic: string, partition: number): MemoryPartition {
    return this.#topics.get(topic)!.partitions[partition]
  }

  driver(): KafkaDriver {
    return new MemoryDriver(this)
  }

  /** The group of a name, which shares one topic among its members. */
  group(name: string, topic = 'rows'): MemoryGroup {
    const partitions = (): readonly number[] => [...(this.#topics.get(topic)?.partitions.keys() ?? [])]
    const key = `${name} ${topic}`
    const group = this.#groups.get(key) ?? new MemoryGroup(partitions, () => this.answer().then(() => void this.topic(topic)))
    this.#groups.set(key, group)
    return group
  }

  deleteGroup(name: string, topic: string): void {
    this.#groups.delete(`${name} ${topic}`)
  }

  /** Resolves once the cluster answers. */
  async answer(): Promise<void> {
    while (this.isSilent) await this.#changed.promise
  }

  notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  whenChanged(): Promise<void> {
    return this.#changed.promise
  }
}

class MemoryDriver implements KafkaDriver {
  readonly #cluster: MemoryCluster
  readonly #fetches: MemoryFetch[] = []

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster
  }

  async describe(topic: string): Promise<TopicDescription> {
    await this.#cluster.answer()
    const { id, partitions } = this.#cluster.topic(topic)
    return { cluster: 'memory', id, partitions: partitions.length }
  }

  async offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    await this.#cluster.answer()
    const logs = this.#cluster.topic(topic).partitions
    const offsetOf = (partition: number): number => {
      if (!logs[partition]) throw new KafkaError('unavailable', 'the broker does not know the partition')
      const { first, end, records } = logs[partition]
      if (query === 'earliest') return first
      return typeof query === 'string' ? end : (records.find(({ timestamp }) => timestamp >= query)?.offset ?? end)
    }
    return new Map(partitions.map(partition => [partition, offsetOf(partition)]))
  }

  fetch(topic: string, options: FetchOptions): TopicFetch {
    const fetch = new MemoryFetch(this.#cluster, topic, options)
    this.#fetches.push(fetch)
    return fetch
  }

  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    const { partitions } = this.#cluster.topic(topic)
    for (const record of records) {
      const partition = record.key === undefined ? 0 : javaPartition(Buffer.from(record.key), partitions.length)
      this.#cluster.append(topic, partition, Buffer.from(record.value))
      this.#cluster.sent.push(record)
    }
  }

  async groupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    await this.#cluster.answer()
    const { offsets } = this.#cluster.group(group, topic)
    const stored = partitions.filter(partition => offsets.has(partition))
    return new Map(stored.map(partition => [partition, offsets.get(partition)!.place.offset]))
  }

  member({ group, topic }: MemberOptions): GroupMember {
    return this.#cluster.group(group, topic).member()
  }

  transactions(): never {
    throw new KafkaError('protocol', 'this cluster has no transactions')
  }

  async commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    await this.#cluster.answer()
    this.#cluster.topic(topic)
    for (const [partition, offset] of offsets) {
      this.#cluster.groupOffsets.set(`${group} ${topic} ${partition}`, offset)
      this.#cluster.group(group, topic).offsets.set(partition, { place: { offset, epoch: -1 }, metadata: '' })
    }
  }

  async close(): Promise<void> {
    for (const fetch of this.#fetches) await fetch.close()
  }
}
