/** Fetches of the cluster in memory. */
import { type FetchedRecords, type FetchOptions, KafkaError, type PartitionPlace, type TopicFetch } from '../../src/kafka/port/driver.ts'
import { columnsOf, type MemoryRecord } from './memory-records.ts'

export interface MemoryPartition {
  /** Offset of the first record that retention has left. */
  first: number
  /** Offset of the next record. Offsets without a record are markers, or compacted. */
  end: number
  /** First offsets of leaders, by epoch. */
  readonly epochs: number[]
  /** Offset of a batch whose bytes are damaged. */
  corruptAt: number | undefined
  readonly records: MemoryRecord[]
}

export interface MemoryTopic {
  readonly id: string
  readonly partitions: MemoryPartition[]
}

/** The part of a cluster that a fetch needs. */
export interface FetchedCluster {
  readonly isLeaderless: boolean
  readonly fetchRecords: number
  takenRecords: number
  topic(name: string): MemoryTopic
  answer(): Promise<void>
  notify(): void
  whenChanged(): Promise<void>
}

/** Fetches when asked, so nothing waits to be taken. */
export class MemoryFetch implements TopicFetch {
  readonly #cluster: FetchedCluster
  readonly #topic: string
  readonly #places = new Map<number, PartitionPlace>()
  readonly #assignments = new Map<number, number>()
  #lastAssignment = 0
  #isClosed = false
  #topicId: string | undefined
  #failure: unknown

  constructor(cluster: FetchedCluster, topic: string, { topicId }: FetchOptions) {
    this.#cluster = cluster
    this.#topic = topic
    this.#topicId = topicId
  }

  assign(partition: number, place: PartitionPlace): number {
    this.#places.set(partition, place)
    this.#assignments.set(partition, ++this.#lastAssignment)
    this.#cluster.notify()
    return this.#lastAssignment
  }

  revoke(partition: number): void {
    this.#places.delete(partition)
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (!this.#isClosed) {
      await this.#cluster.answer()
      const fetched = this.#fetchAny()
      if (fetched) return fetched
      await this.#cluster.whenChanged()
    }
    return undefined
  }

  /** The first error ends the fetch. */
  #fetchAny(): FetchedRecords | undefined {
    if (this.#failure !== undefined) throw this.#failure
    try {
      for (const [partition, place] of this.#places) {
        const fetched = this.#fetch(partition, place)
        if (!fetched) continue
        // The other partitions come first next time.
        this.#places.delete(partition)
        this.#places.set(partition, { offset: fetched.next, epoch: fetched.epoch })
        this.#cluster.takenRecords += fetched.records.count
        return fetched
      }
      return undefined
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  #fetch(partition: number, { offset, epoch }: PartitionPlace): FetchedRecords | undefined {
    if (this.#cluster.isLeaderless) throw new KafkaError('unavailable', `partition ${partition} has no leader`)
    const { id, partitions } = this.#cluster.topic(this.#topic)
    this.#topicId ??= id
    if (id !== this.#topicId) throw new KafkaError('replaced', `topic '${this.#topic}' was deleted and made again`)
    if (!partitions[partition]) throw new KafkaError('missing', `topic '${this.#topic}' has no partition ${partition}`)
    const { first, end, epochs, corruptAt = Infinity, records: log } = partitions[partition]
    const common = epoch < 0 ? Infinity : Math.min(end, ...epochs.slice(epoch + 1))
    if (common < offset)
      throw new KafkaError('truncated', `partition ${partition} was cut at ${common}`, { place: { partition, offset: common } })
    if (offset < first || offset > end)
      throw new KafkaError('out-of-range', `partition ${partition} has no offset ${offset}`, { place: { partition, offset } })
    if (offset === end) return undefined
    const rest = log.filter(record => record.offset >= offset && record.offset < corruptAt)
    if (corruptAt <= offset) throw new KafkaError('corrupt', `the batch at offset ${offset} is corrupt`, { place: { partition, offset } })
    const records = rest.slice(0, this.#cluster.fetchRecords).filter(record => record.epoch === rest[0].epoch)
    const next = rest.length > records.length ? records.at(-1)!.offset + 1 : Math.min(end, corruptAt)
    return {
      partition,
      assignment: this.#assignments.get(partition)!,
      records: columnsOf(records),
      from: offset,
      next,
      epoch: records.at(-1)?.epoch ?? epoch,
      damaged: [],
      end,
      bytes: records.length,
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cluster.notify()
  }
}
