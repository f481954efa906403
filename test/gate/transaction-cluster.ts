/**
 * A Kafka cluster in memory with transactions of the first protocol, as far as a gate uses it: a request to end a transaction ends whichever one
 * its producer has open, so one that comes late may end the next.
 */
import { randomUUID } from 'node:crypto'
import {
  type FetchOptions,
  type KafkaDriver,
  KafkaError,
  type NewRecord,
  type OffsetQuery,
  type PlacedRecord,
  type TopicDescription,
  type TopicFetch,
  type TransactionWriter,
} from '../../src/kafka/port/driver.ts'
import { javaPartition } from '../../src/kafka/java-partition.ts'
import { ProducerEpochs } from './producer-epochs.ts'
import { type StoredRecord, type StoredTransaction, TransactionFetch } from './transaction-fetch.ts'

/** Fate of a request: it arrives and its answer too; it is lost; its answer is lost; or it arrives later, and its answer never. */
export type RequestFate = 'ok' | 'lost' | 'unanswered' | 'late'

interface StoredTopic {
  readonly id: string
  readonly logs: StoredRecord[][]
  /** First offsets of partitions that retention has left. */
  readonly firstOffsets: number[]
  /** Offsets of groups, by group and partition: `gate 0`. */
  readonly groupOffsets: Map<string, number>
}

const LOST = 'the connection was cut'

const bytesOf = (records: readonly NewRecord[]): number => records.reduce((bytes, { value }) => bytes + value.length, 0)

export class TransactionCluster {
  readonly #topics = new Map<string, StoredTopic>()
  readonly producers = new ProducerEpochs()
  readonly #open = new Map<string, StoredTransaction>()
  /** Called when records were added to a transaction of an id. */
  onAdd: (id: string) => void = () => {}
  /** Requests that are on their way. */
  readonly late: (() => void)[] = []
  fateOf: () => RequestFate = () => 'ok'
  /** Bytes of the values of a batch that a topic takes. */
  bytesMax = Infinity
  /** Topics that take no record without a key. */
  readonly compacted = new Set<string>()
  #changed = Promise.withResolvers<void>()

  constructor(topics: readonly string[], partitions: number) {
    for (const topic of topics) this.createTopic(topic, partitions)
  }

  createTopic(name: string, partitions: number): void {
    const logs = Array.from({ length: partitions }, (): StoredRecord[] => [])
    this.#topics.set(name, { id: randomUUID(), logs, firstOffsets: logs.map(() => 0), groupOffsets: new Map() })
    this.#notify()
  }

  deleteTopic(name: string): void {
    this.#topics.delete(name)
    this.#notify()
  }

  addPartition(topic: string): void {
    const { logs, firstOffsets } = this.topic(topic)
    logs.push([])
    firstOffsets.push(0)
  }

  topic(name: string): StoredTopic {
    const topic = this.#topics.get(name)
    if (!topic) throw new KafkaError('missing', `topic '${name}' does not exist`)
    return topic
  }

  log(topic: string, partition: number): StoredRecord[] {
    return this.topic(topic).logs[partition]
  }

  /** Offsets of groups in the first topic, by group and partition: `gate 0`. */
  get groupOffsets(): Map<string, number> {
    return [...this.#topics.values()][0].groupOffsets
  }

  /** Deletes the records before an offset, as retention does. */
  deleteBefore(topic: string, partition: number, offset: number): void {
    this.topic(topic).firstOffsets[partition] = offset
  }

  /** Deletes all records of a topic of one partition. */
  deleteAll(topic: string): void {
    this.deleteBefore(topic, 0, this.log(topic, 0).length)
  }

  firstOffset(topic: string, partition: number): number {
    return this.topic(topic).firstOffsets[partition]
  }

  append(record: PlacedRecord, transaction?: StoredTransaction): void {
    const log = this.log(record.topic, record.partition)
    log.push({ record, transaction })
    transaction?.partitions.add(log)
    this.#notify()
  }

  /** Records that readers of committed records see, with their offsets. */
  committed(topic: string, partition: number): { readonly offset: number; readonly record: PlacedRecord }[] {
    return this.log(topic, partition)
      .slice(0, this.stableEnd(topic, partition))
      .flatMap(({ record, transaction }, offset) => (record && transaction?.state !== 'aborted' ? [{ offset, record }] : []))
      .filter(({ offset }) => offset >= this.firstOffset(topic, partition))
  }

  /** The offset of the first record of an open transaction. */
  stableEnd(topic: string, partition: number): number {
    const log = this.log(topic, partition)
    const first = log.findIndex(({ transaction }) => transaction?.state === 'open')
    return first < 0 ? log.length : first
  }

  /** Fences earlier producers of an id, and aborts their transaction. Returns the epoch of the new one. */
  init(id: string): number {
    this.end(id, this.producers.of(id), 'aborted')
    return this.producers.raise(id, undefined)
  }

  /**
   * A producer goes on as an epoch of its own. Returns its new one; undefined if its transaction was open, and is aborted under the next epoch: as
   * that it has to go on.
   */
  goOn(id: string, epoch: number): number | undefined {
    if (this.producers.isRepeated(id, epoch)) return this.producers.of(id)
    this.producers.check(id, epoch)
    if (!this.#open.has(id)) return this.producers.raise(id, epoch)
    this.abort(id)
    return undefined
  }

  add(id: string, epoch: number, records: readonly PlacedRecord[]): void {
    this.producers.check(id, epoch)
    this.checkSize(records)
    for (const record of records) this.checkKey(record.topic, record)
    let transaction = this.#open.get(id)
    if (!transaction) this.#open.set(id, (transaction = { epoch, state: 'open', partitions: new Set() }))
    for (const record of records) this.append(record, transaction)
    this.producers.markWritten(id)
    this.onAdd(id)
  }

  checkSize(records: readonly NewRecord[]): void {
    if (bytesOf(records) > this.bytesMax) throw new KafkaError('oversized', 'MESSAGE_TOO_LARGE')
  }

  checkKey(topic: string, { key }: NewRecord): void {
    if (key === undefined && this.compacted.has(topic)) throw new KafkaError('rejected', `topic '${topic}': INVALID_RECORD`)
  }

  /** The coordinator aborts the open transaction of an id: its writer stood still for too long. */
  abort(id: string): void {
    this.end(id, this.producers.of(id), 'aborted')
    this.producers.abort(id)
  }

  end(id: string, epoch: number, state: 'committed' | 'aborted'): void {
    if (this.producers.has(id)) this.producers.check(id, epoch)
    const transaction = this.#open.get(id)
    if (!transaction) return
    this.#open.delete(id)
    transaction.state = state
    for (const log of transaction.partitions) log.push({ record: undefined, transaction })
    this.#notify()
  }

  /** Does a request as its fate is. */
  async request<T>(act: () => T, isWrite = false): Promise<T> {
    await new Promise(resolve => void setImmediate(resolve))
    const fate = this.fateOf()
    if (fate === 'lost') throw new KafkaError('unavailable', LOST)
    if (fate === 'late' && isWrite) {
      this.late.push(() => {
        try {
          act()
        } catch {
          // Nobody hears of it.
        }
      })
      throw new KafkaError('unavailable', LOST)
    }
    const result = act()
    if (fate === 'unanswered') throw new KafkaError('unavailable', LOST)
    return result
  }

  whenChanged(): Promise<void> {
    return this.#changed.promise
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  driver(): KafkaDriver {
    return new TransactionDriver(this)
  }
}

class TransactionDriver implements KafkaDriver {
  readonly #cluster: TransactionCluster

  constructor(cluster: TransactionCluster) {
    this.#cluster = cluster
  }

  async describe(topic: string): Promise<TopicDescription> {
    const { id, logs } = this.#cluster.topic(topic)
    return { cluster: 'memory', id, partitions: logs.length }
  }

  offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    const offsetOf = (partition: number): number => {
      const log = this.#cluster.log(topic, partition)
      if (!log) throw new KafkaError('unavailable', 'the broker does not know the partition')
      const earliest = this.#cluster.firstOffset(topic, partition)
      if (query === 'earliest') return earliest
      if (query === 'stable') return this.#cluster.stableEnd(topic, partition)
      if (query === 'latest') return log.length
      const first = log.findIndex(({ record }, offset) => offset >= earliest && record !== undefined && record.timestamp >= query)
      return first < 0 ? log.length : first
    }
    return this.#cluster.request(() => new Map(partitions.map(partition => [partition, offsetOf(partition)])))
  }

  fetch(topic: string, options: FetchOptions): TopicFetch {
    return new TransactionFetch(this.#cluster, topic, options)
  }

  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    await this.#cluster.request(() => {
      const partitions = this.#cluster.topic(topic).logs.length
      this.#cluster.checkSize(records)
      for (const record of records) {
        this.#cluster.checkKey(topic, record)
        const partition = record.key === undefined ? 0 : javaPartition(Buffer.from(record.key), partitions)
        this.#cluster.append({ ...record, topic, partition, timestamp: 0 })
      }
    }, true)
  }

  transactions(id: string): TransactionWriter {
    const cluster = this.#cluster
    let epoch = -1
    return {
      async open(previous) {
        const identity = previous && cluster.producers.toGoOnAs(id, previous)
        if (identity && identity.epoch !== previous.epoch) return { identity, isOpen: false }
        const opened = await cluster.request(() => (previous ? cluster.goOn(id, previous.epoch) : cluster.init(id)))
        if (opened === undefined) return { identity: previous!, isOpen: false }
        epoch = opened
        return { identity: { ...previous, producerId: '1', epoch }, isOpen: true }
      },
      write: async records => {
        const current = epoch
        await cluster.request(() => cluster.add(id, current, records), true)
        await cluster.request(() => cluster.end(id, current, 'committed'), true)
      },
      close: async () => {},
    }
  }

  member(): never {
    throw new KafkaError('protocol', 'a gate is no member of a group')
  }

  commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    return this.#cluster.request(() => {
      const { groupOffsets } = this.#cluster.topic(topic)
      for (const [partition, offset] of offsets) groupOffsets.set(`${group} ${partition}`, offset)
    })
  }

  groupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#cluster.request(() => {
      const { groupOffsets } = this.#cluster.topic(topic)
      const stored = partitions.filter(partition => groupOffsets.has(`${group} ${partition}`))
      return new Map(stored.map(partition => [partition, groupOffsets.get(`${group} ${partition}`)!]))
    })
  }

  async close(): Promise<void> {}
}
