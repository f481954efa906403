/** A Kafka cluster in memory, and its driver: a reference of the port, with outages and retention on request. */
import {
  type FetchedRecords,
  type FetchOptions,
  type KafkaDriver,
  KafkaError,
  type OffsetQuery,
  type TopicDescription,
  type TopicFetch,
} from '../../src/kafka/driver.ts'
import type { RecordColumns } from '../../src/kafka/record-set.ts'

/** Records of a fetch, at most. */
const FETCH_RECORDS = 8

interface MemoryRecord {
  readonly offset: number
  readonly timestamp: number
  readonly value: string | undefined
}

/** Records in columns, without keys and headers. */
function columnsOf(records: readonly MemoryRecord[]): RecordColumns {
  const values = new Int32Array(2 * records.length).fill(-1)
  let at = 0
  for (const [i, { value }] of records.entries()) if (value !== undefined) values.set([at, (at += Buffer.byteLength(value))], 2 * i)
  const bytes = Buffer.from(new ArrayBuffer(at))
  for (const [i, { value = '' }] of records.entries()) if (values[2 * i] >= 0) bytes.write(value, values[2 * i])
  return {
    count: records.length,
    offsets: Float64Array.from(records, ({ offset }) => offset),
    timestamps: Float64Array.from(records, ({ timestamp }) => timestamp),
    keys: new Int32Array(2 * records.length).fill(-1),
    values,
    headers: new Int32Array(2 * records.length).fill(-1),
    bytes,
  }
}

interface MemoryPartition {
  /** Offset of the first record that retention has left. */
  first: number
  /** Offset of the next record. Offsets without a record are markers, or compacted. */
  end: number
  readonly records: MemoryRecord[]
}

export class MemoryCluster {
  readonly #topics = new Map<string, { readonly id: string; readonly partitions: readonly MemoryPartition[] }>()
  /** Offsets of groups, by group, topic and partition. */
  readonly groupOffsets = new Map<string, number>()
  /** Nobody answers. */
  isAway = false
  /** Records that fetches took. */
  taken = 0
  #changed = Promise.withResolvers<void>()

  createTopic(name: string, partitions: number): void {
    const id = `topic-${this.#topics.size + 1}-${name}`
    this.#topics.set(name, { id, partitions: Array.from({ length: partitions }, () => ({ first: 0, end: 0, records: [] })) })
  }

  deleteTopic(name: string): void {
    // The count of topics is part of the next id.
    this.#topics.set(`${name} (deleted ${this.#topics.size})`, this.#topics.get(name)!)
    this.#topics.delete(name)
    this.notify()
  }

  /** Appends a record; `undefined` is a tombstone. Returns its offset. */
  append(topic: string, partition: number, value: string | undefined, timestamp = 0): number {
    const log = this.partition(topic, partition)
    const offset = log.end++
    log.records.push({ offset, timestamp, value })
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

  setAway(isAway: boolean): void {
    this.isAway = isAway
    this.notify()
  }

  topic(name: string) {
    if (this.isAway) throw new KafkaError('unavailable', 'connect ECONNREFUSED')
    const topic = this.#topics.get(name)
    if (!topic) throw new KafkaError('missing', `topic '${name}' does not exist`)
    return topic
  }

  partition(topic: string, partition: number): MemoryPartition {
    return this.#topics.get(topic)!.partitions[partition]
  }

  driver(): KafkaDriver {
    return new MemoryDriver(this)
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
    const { id, partitions } = this.#cluster.topic(topic)
    return { cluster: 'memory', id, partitions: partitions.length }
  }

  async offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    const logs = this.#cluster.topic(topic).partitions
    const offsetOf = ({ first, end, records }: MemoryPartition): number => {
      if (query === 'earliest') return first
      return query === 'latest' ? end : (records.find(({ timestamp }) => timestamp >= query)?.offset ?? end)
    }
    return new Map(partitions.map(partition => [partition, offsetOf(logs[partition])]))
  }

  fetch(topic: string, options: FetchOptions): TopicFetch {
    const fetch = new MemoryFetch(this.#cluster, topic, options)
    this.#fetches.push(fetch)
    return fetch
  }

  async commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    this.#cluster.topic(topic)
    for (const [partition, offset] of offsets) this.#cluster.groupOffsets.set(`${group} ${topic} ${partition}`, offset)
  }

  async close(): Promise<void> {
    for (const fetch of this.#fetches) await fetch.close()
  }
}

/** Fetches when asked, so nothing waits to be taken. */
class MemoryFetch implements TopicFetch {
  readonly #cluster: MemoryCluster
  readonly #topic: string
  readonly #offsets = new Map<number, number>()
  #isClosed = false

  constructor(cluster: MemoryCluster, topic: string, _options: FetchOptions) {
    this.#cluster = cluster
    this.#topic = topic
  }

  assign(partition: number, offset: number): void {
    this.#offsets.set(partition, offset)
    this.#cluster.notify()
  }

  revoke(partition: number): void {
    this.#offsets.delete(partition)
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (!this.#isClosed) {
      for (const [partition, offset] of this.#offsets) {
        const fetched = this.#fetch(partition, offset)
        if (!fetched) continue
        // The other partitions come first next time.
        this.#offsets.delete(partition)
        this.#offsets.set(partition, fetched.next)
        this.#cluster.taken += fetched.records.count
        return fetched
      }
      await this.#cluster.whenChanged()
    }
    return undefined
  }

  #fetch(partition: number, offset: number): FetchedRecords | undefined {
    const { first, end, records: log } = this.#cluster.topic(this.#topic).partitions[partition]
    if (offset < first || offset > end)
      throw new KafkaError('out-of-range', `partition ${partition} has no offset ${offset}`, { partition })
    if (offset === end) return undefined
    const rest = log.filter(record => record.offset >= offset)
    const records = rest.slice(0, FETCH_RECORDS)
    const next = rest.length > records.length ? records.at(-1)!.offset + 1 : end
    return { partition, records: columnsOf(records), from: offset, next, damaged: [], end, bytes: records.length }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cluster.notify()
  }
}
