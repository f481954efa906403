/** Fetches of the cluster in memory with transactions. */
import {
  type FetchedRecords,
  type FetchOptions,
  KafkaError,
  type PartitionPlace,
  type PlacedRecord,
  type TopicFetch,
} from '../../src/kafka/port/driver.ts'
import { columnsOf } from './stored-columns.ts'

export interface StoredTransaction {
  readonly epoch: number
  state: 'open' | 'committed' | 'aborted'
  readonly partitions: Set<StoredRecord[]>
}

/** A record, or a marker without a value. */
export interface StoredRecord {
  readonly record: PlacedRecord | undefined
  readonly transaction: StoredTransaction | undefined
}

/** The part of a cluster that a fetch needs. */
interface TransactionLogs {
  topic(name: string): { readonly id: string; readonly logs: readonly StoredRecord[][] }
  firstOffset(topic: string, partition: number): number
  stableEnd(topic: string, partition: number): number
  request<T>(act: () => T): Promise<T>
  whenChanged(): Promise<void>
}

const FETCH_RECORDS = 5

export class TransactionFetch implements TopicFetch {
  readonly #cluster: TransactionLogs
  readonly #topic: string
  readonly #isCommittedOnly: boolean
  #topicId: string | undefined
  readonly #places = new Map<number, { readonly assignment: number; readonly from: number }>()
  #lastAssignment = 0
  #isClosed = false
  #failure: unknown
  /** Resolved and replaced at each assignment, and at the end. */
  #changed = Promise.withResolvers<void>()

  constructor(cluster: TransactionLogs, topic: string, { topicId, isCommittedOnly }: FetchOptions) {
    this.#cluster = cluster
    this.#topic = topic
    this.#topicId = topicId
    this.#isCommittedOnly = isCommittedOnly
  }

  assign(partition: number, { offset }: PartitionPlace): number {
    this.#places.set(partition, { assignment: ++this.#lastAssignment, from: offset })
    this.#notify()
    return this.#lastAssignment
  }

  revoke(partition: number): void {
    this.#places.delete(partition)
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (!this.#isClosed) {
      const changes = [this.#cluster.whenChanged(), this.#changed.promise]
      const fetched = await this.#request()
      if (fetched) return fetched
      await Promise.race(changes)
    }
    return undefined
  }

  /** The first error ends the fetch. */
  async #request(): Promise<FetchedRecords | undefined> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await this.#cluster.request(() => this.#fetch())
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  #fetch(): FetchedRecords | undefined {
    for (const [partition, { assignment, from }] of this.#places) {
      const answer = this.#fetchPartition(partition, from)
      if (!answer) continue
      this.#places.set(partition, { assignment, from: answer.next })
      return { ...answer, partition, assignment, from, epoch: 0, damaged: [], bytes: answer.records.count }
    }
    return undefined
  }

  #fetchPartition(partition: number, from: number): Pick<FetchedRecords, 'records' | 'next' | 'end'> | undefined {
    const { id, logs } = this.#cluster.topic(this.#topic)
    this.#topicId ??= id
    if (id !== this.#topicId) throw new KafkaError('replaced', `topic '${this.#topic}' was deleted and made again`)
    const log = logs[partition]
    if (!log) throw new KafkaError('missing', `topic '${this.#topic}' has no partition ${partition}`)
    if (from < this.#cluster.firstOffset(this.#topic, partition) || from > log.length)
      throw new KafkaError('out-of-range', `partition ${partition} has no offset ${from}`, { place: { partition, offset: from } })
    const end = this.#isCommittedOnly ? this.#cluster.stableEnd(this.#topic, partition) : log.length
    if (from >= end) return undefined
    const isVisible = (transaction: StoredTransaction | undefined): boolean => !this.#isCommittedOnly || transaction?.state !== 'aborted'
    const rest = log
      .slice(0, end)
      .flatMap(({ record, transaction }, offset) => (offset >= from && record && isVisible(transaction) ? [{ offset, record }] : []))
    const records = rest.slice(0, FETCH_RECORDS)
    const next = rest.length > records.length ? records.at(-1)!.offset + 1 : end
    return { records: columnsOf(records), next, end }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#notify()
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
