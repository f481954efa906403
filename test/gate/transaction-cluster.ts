/**
 * A Kafka cluster in memory with transactions of the first protocol, as far as a gate uses it: a request to end a transaction ends whichever one
 * its producer has open, so one that comes late may end the next.
 */
import {
  type FetchedRecords,
  type KafkaDriver,
  KafkaError,
  type NewRecord,
  type OffsetQuery,
  type PartitionPlace,
  type PlacedRecord,
  type TopicDescription,
  type TopicFetch,
  type TransactionWriter,
} from '../../src/kafka/driver.ts'
import { javaPartition } from '../../src/kafka/java-partition.ts'
import { ProducerEpochs } from './producer-epochs.ts'
import { columnsOf } from './stored-columns.ts'

/** Fate of a request: it arrives and its answer too; it is lost; its answer is lost; or it arrives later, and its answer never. */
export type RequestFate = 'ok' | 'lost' | 'unanswered' | 'late'

interface Transaction {
  readonly epoch: number
  state: 'open' | 'committed' | 'aborted'
  readonly partitions: Set<StoredRecord[]>
}

/** A record, or a marker without a value. */
interface StoredRecord {
  readonly record: PlacedRecord | undefined
  readonly transaction: Transaction | undefined
}

const LOST = 'the connection was cut'

export class TransactionCluster {
  readonly #topics = new Map<string, StoredRecord[][]>()
  readonly producers = new ProducerEpochs()
  readonly #open = new Map<string, Transaction>()
  /** Called when records were added to a transaction of an id. */
  onAdd: (id: string) => void = () => {}
  /** Offsets of groups, by group and partition: `gate 0`. */
  readonly groupOffsets = new Map<string, number>()
  /** Requests that are on their way. */
  readonly late: (() => void)[] = []
  fateOf: () => RequestFate = () => 'ok'
  /** Bytes of the values of a batch that a topic takes. */
  bytesMax = Infinity
  /** Records of topics that retention has deleted, by topic. */
  readonly #deleted = new Map<string, number>()
  #changed = Promise.withResolvers<void>()

  constructor(topics: readonly string[], partitions: number) {
    const empty = (): StoredRecord[][] => Array.from({ length: partitions }, () => [])
    for (const topic of topics) this.#topics.set(topic, empty())
  }

  addPartition(topic: string): void {
    this.#topics.get(topic)!.push([])
  }

  log(topic: string, partition: number): StoredRecord[] {
    return this.#topics.get(topic)![partition]
  }

  /** Deletes all records of a topic of one partition. */
  deleteAll(topic: string): void {
    this.#deleted.set(topic, this.log(topic, 0).length)
  }

  firstOffset(topic: string): number {
    return this.#deleted.get(topic) ?? 0
  }

  append(record: PlacedRecord, transaction?: Transaction): void {
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
      .filter(({ offset }) => offset >= this.firstOffset(topic))
  }

  /** The offset of the first record of an open transaction. */
  stableEnd(topic: string, partition: number): number {
    const log = this.log(topic, partition)
    const first = log.findIndex(({ transaction }) => transaction?.state === 'open')
    return first < 0 ? log.length : first
  }

  /** Fences earlier producers of an id, and aborts their transaction. `previous`: the epoch as which a producer goes on. Returns the new one. */
  init(id: string, previous?: number): number {
    const current = this.producers.of(id)
    if (this.producers.isRepeated(id, previous)) return current
    if (previous !== undefined) this.producers.check(id, previous)
    this.end(id, current, 'aborted')
    return this.producers.raise(id, previous)
  }

  add(id: string, epoch: number, records: readonly PlacedRecord[]): void {
    this.producers.check(id, epoch)
    if (records.reduce((bytes, { value }) => bytes + value.length, 0) > this.bytesMax)
      throw new KafkaError('oversized', 'MESSAGE_TOO_LARGE')
    let transaction = this.#open.get(id)
    if (!transaction) this.#open.set(id, (transaction = { epoch, state: 'open', partitions: new Set() }))
    for (const record of records) this.append(record, transaction)
    this.onAdd(id)
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

  partitions(topic: string): number {
    return this.#topics.get(topic)!.length
  }
}

class TransactionDriver implements KafkaDriver {
  readonly #cluster: TransactionCluster

  constructor(cluster: TransactionCluster) {
    this.#cluster = cluster
  }

  async describe(topic: string): Promise<TopicDescription> {
    return { cluster: 'memory', id: topic, partitions: this.#cluster.partitions(topic) }
  }

  offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    const offsetOf = (partition: number): number => {
      const log = this.#cluster.log(topic, partition)
      if (query === 'earliest') return this.#cluster.firstOffset(topic)
      if (query === 'stable') return this.#cluster.stableEnd(topic, partition)
      if (query === 'latest') return log.length
      const first = log.findIndex(({ record }) => record !== undefined && record.timestamp >= query)
      return first < 0 ? log.length : first
    }
    return this.#cluster.request(() => new Map(partitions.map(partition => [partition, offsetOf(partition)])))
  }

  fetch(topic: string): TopicFetch {
    return new TransactionFetch(this.#cluster, topic)
  }

  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    await this.#cluster.request(() => {
      const partitions = this.#cluster.partitions(topic)
      for (const record of records) {
        const partition = record.key === undefined ? 0 : javaPartition(Buffer.from(record.key), partitions)
        this.#cluster.append({ ...record, topic, partition, timestamp: 0 })
      }
    }, true)
  }

  transactions(id: string): TransactionWriter {
    const cluster = this.#cluster
    let epoch = -1
    return {
      open: async previous => {
        const writer = previous && { ...previous, epoch: cluster.producers.toGoOnAs(id, previous.epoch) }
        try {
          epoch = await cluster.request(() => cluster.init(id, writer?.epoch))
        } catch (error) {
          throw Object.assign(error as KafkaError, { writer })
        }
        return { producerId: '1', epoch }
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

  commitOffsets(group: string, _topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    return this.#cluster.request(() => {
      for (const [partition, offset] of offsets) this.#cluster.groupOffsets.set(`${group} ${partition}`, offset)
    })
  }

  groupOffsets(group: string, _topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const offsets = this.#cluster.groupOffsets
    const stored = () => partitions.filter(partition => offsets.has(`${group} ${partition}`))
    return this.#cluster.request(() => new Map(stored().map(partition => [partition, offsets.get(`${group} ${partition}`)!])))
  }

  async close(): Promise<void> {}
}

const FETCH_RECORDS = 5

class TransactionFetch implements TopicFetch {
  readonly #cluster: TransactionCluster
  readonly #topic: string
  readonly #places = new Map<number, { readonly assignment: number; readonly from: number }>()
  #lastAssignment = 0
  readonly #closed = Promise.withResolvers<void>()
  #isClosed = false

  constructor(cluster: TransactionCluster, topic: string) {
    this.#cluster = cluster
    this.#topic = topic
  }

  assign(partition: number, { offset }: PartitionPlace): number {
    this.#places.set(partition, { assignment: ++this.#lastAssignment, from: offset })
    return this.#lastAssignment
  }

  revoke(partition: number): void {
    this.#places.delete(partition)
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (!this.#isClosed) {
      const fetched = await this.#cluster.request(() => this.#fetch())
      if (fetched) return fetched
      await Promise.race([this.#cluster.whenChanged(), this.#closed.promise])
    }
    return undefined
  }

  #fetch(): FetchedRecords | undefined {
    for (const [partition, { assignment, from }] of this.#places) {
      const end = this.#cluster.stableEnd(this.#topic, partition)
      if (from >= end) continue
      const rest = this.#cluster.committed(this.#topic, partition).filter(({ offset }) => offset >= from)
      const some = rest.slice(0, FETCH_RECORDS)
      const next = rest.length > some.length ? some.at(-1)!.offset + 1 : end
      this.#places.set(partition, { assignment, from: next })
      return { partition, assignment, records: columnsOf(some), from, next, epoch: 0, damaged: [], end, bytes: some.length }
    }
    return undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#closed.resolve()
  }
}
