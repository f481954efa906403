/**
 * Fetches the records of a topic, one request at a time to each broker that leads some of its partitions.
 *
 * A request waits at the broker until there are records, so that records come within `GATHER_MS` and an idle topic costs two requests a
 * second. A partition of which records wait to be taken is not fetched, and none is while `maxBytes` wait: a run that is full stops the
 * broker's answers within one request of each leader. A request that leaves a partition out waits only shortly: the reader may have taken its
 * records by then.
 */
import type * as client from '@platformatic/kafka'
import { limits, pause, sumBy } from '../../base/index.ts'
import {
  type FetchedRecords,
  type FetchOptions,
  KafkaError,
  type KafkaErrorKind,
  type KafkaErrorPlace,
  type PartitionPlace,
  type TopicFetch,
} from '../port/driver.ts'
import { readRecordSet, type RecordSetCodecs } from '../records/record-set.ts'
import { codeError, CORRUPT_MESSAGE, isMoved, kafkaError, OFFSET_OUT_OF_RANGE } from './errors.ts'
import { type PartitionAnswer, type PartitionRecords, type PartitionRequest, sendFetch } from './fetch-api.ts'

/** The part of a client that a fetcher needs. */
export interface FetchCluster {
  /** Leaders of a topic's partitions, by partition. `isNew`: ask the cluster again. */
  leaders(topic: string, isNew: boolean): Promise<TopicLeaders>
  connection(broker: number): Promise<{ readonly connection: client.Connection; readonly fetchVersion: number }>
  /** Ends the connections, and so the requests that wait at brokers. */
  close(): Promise<void>
}

export interface TopicLeaders {
  readonly id: string
  readonly partitions: readonly { readonly leader: number; readonly leaderEpoch: number }[]
}

/** Greatest time that a request waits at a broker for records, ms: of all partitions; and of some, if records were taken since the last. */
const [WAIT_MS, PARTIAL_WAIT_MS] = [500, 5]
/**
 * Time after an answer of fewer bytes, ms, in which further records gather at the broker. For each record by itself, a request, a commit and
 * an answer to the broker cost as much as for many.
 */
const GATHER_MS = 2
const GATHERED_BYTES = 1 << 14
const RETRY_MS = 100
/** Answers in succession of a broker that the leaders are others, after which the cluster counts as away: it may be without a leader for long. */
const MOVES_MAX = 50

export class TopicFetcher implements TopicFetch {
  readonly #cluster: FetchCluster
  readonly #topic: string
  readonly #options: FetchOptions
  readonly #codecs: RecordSetCodecs
  /** Place of the next fetch by partition. The partitions that have waited longest come first, in each request too. */
  readonly #places = new Map<number, PartitionPlace>()
  /** The last assignment of each partition. */
  readonly #assignments = new Map<number, number>()
  #lastAssignment = 0
  /** Reads of the corrupt batch at the place of a partition. */
  readonly #corruptReads = new Map<number, number>()
  /** Records that are not taken yet. At most one batch a partition. */
  readonly #fetched: FetchedRecords[] = []
  /** Brokers with a loop of requests. */
  readonly #loops = new Map<number, Promise<void>>()
  #leaders: TopicLeaders | undefined
  #bytes = 0
  /** Batches that were taken. */
  #reads = 0
  /** Answers in succession of each broker that the leaders are others. */
  readonly #moves = new Map<number, number>()
  #failure: KafkaError | undefined
  #isClosed = false
  /** Resolved and replaced at each change that a loop or a caller may wait for. */
  #changed = Promise.withResolvers<void>()

  constructor(cluster: FetchCluster, topic: string, options: FetchOptions, codecs: RecordSetCodecs) {
    this.#cluster = cluster
    this.#topic = topic
    this.#options = options
    this.#codecs = codecs
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (this.#isClosed || this.#fetched.length === 0) {
      if (this.#isClosed) return undefined
      if (this.#failure) throw this.#failure
      await this.#changed.promise
    }
    const fetched = this.#fetched.shift()!
    this.#bytes -= fetched.bytes
    this.#reads++
    this.#notify()
    return fetched
  }

  assign(partition: number, place: PartitionPlace): number {
    this.revoke(partition)
    this.#places.set(partition, place)
    this.#assignments.set(partition, ++this.#lastAssignment)
    this.#notify()
    void this.#startLoops(false)
    return this.#lastAssignment
  }

  revoke(partition: number): void {
    this.#places.delete(partition)
    const at = this.#fetched.findIndex(fetched => fetched.partition === partition)
    if (at >= 0) this.#bytes -= this.#fetched.splice(at, 1)[0].bytes
    this.#notify()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#notify()
    await this.#cluster.close()
  }

  /** Starts a loop for each broker that leads an assigned partition and has none. */
  async #startLoops(isNew: boolean): Promise<void> {
    try {
      const leaders = await this.#cluster.leaders(this.#topic, isNew)
      const { topicId = this.#leaders?.id } = this.#options
      if (topicId !== undefined && leaders.id !== topicId)
        throw new KafkaError('replaced', `topic '${this.#topic}' was deleted and made again`)
      this.#leaders = leaders
      for (const partition of this.#places.keys()) this.#startLoop(partition, leaders)
    } catch (error) {
      this.#fail(kafkaError(error))
    }
    this.#notify()
  }

  #startLoop(partition: number, { partitions }: TopicLeaders): void {
    const leader = partitions[partition]?.leader
    if (leader === undefined) throw new KafkaError('missing', `topic '${this.#topic}' has no partition ${partition}`)
    if (leader < 0) throw new KafkaError('unavailable', `partition ${partition} of topic '${this.#topic}' has no leader`)
    if (!this.#loops.has(leader) && !this.#isClosed) this.#loops.set(leader, this.#loop(leader))
  }

  async #loop(broker: number): Promise<void> {
    let [partials, readsBefore] = [0, 0]
    try {
      while (!this.#isClosed && !this.#failure && this.#leads(broker)) {
        const requests = this.#requestsOf(broker)
        const isPartial = this.#fetched.length > 0
        partials = isPartial && this.#reads === readsBefore ? partials + 1 : 0
        readsBefore = this.#reads
        if (requests.length === 0) await this.#changed.promise
        else {
          const bytes = await this.#fetch(broker, requests, isPartial ? partialWaitMs(partials) : WAIT_MS)
          if (bytes > 0 && bytes < GATHERED_BYTES) await pause(GATHER_MS)
        }
      }
    } catch (error) {
      this.#fail(kafkaError(error))
    } finally {
      this.#loops.delete(broker)
      this.#notify()
    }
  }

  #leads(broker: number): boolean {
    return [...this.#places.keys()].some(partition => this.#leaders!.partitions[partition]?.leader === broker)
  }

  /** The partitions of a broker that are to be fetched now: none of which records wait. */
  #requestsOf(broker: number): readonly PartitionRequest[] {
    if (this.#bytes >= this.#options.maxBytes) return []
    const waiting = new Set(this.#fetched.map(({ partition }) => partition))
    return [...this.#places].flatMap(([partition, { offset, epoch }]) => {
      const { leader, leaderEpoch } = this.#leaders!.partitions[partition] ?? { leader: -1, leaderEpoch: -1 }
      return leader === broker && !waiting.has(partition) ? [{ partition, offset, leaderEpoch, lastEpoch: epoch }] : []
    })
  }

  /** Resolves to the bytes of records in the answer. */
  async #fetch(broker: number, partitions: readonly PartitionRequest[], waitMs: number): Promise<number> {
    const { connection, fetchVersion } = await this.#cluster.connection(broker)
    const answer = await sendFetch(connection, fetchVersion, {
      topic: { name: this.#topic, id: this.#leaders!.id },
      partitions,
      isCommittedOnly: this.#options.isCommittedOnly,
      waitMs,
      partitionBytes: limits.KAFKA_PARTITION_FETCH_BYTES,
      totalBytes: this.#options.maxBytes,
    })
    if (answer.errorCode !== 0) throw codeError(answer.errorCode, `topic '${this.#topic}'`)
    let corruptReads = 0
    for (const part of answer.partitions) {
      const request = partitions.find(({ partition }) => partition === part.partition)
      if (request) corruptReads = Math.max(corruptReads, this.#readAnswer(part, request))
    }
    if (answer.partitions.some(({ errorCode }) => isMoved(errorCode))) await this.#lookUpLeaders(broker)
    else this.#moves.delete(broker)
    // The network or the memory of a broker may have damaged it: Java's consumer reads it again too.
    if (corruptReads > 0) await pause(RETRY_MS * 2 ** (corruptReads - 1))
    return sumBy(answer.partitions, ({ records }) => records.length)
  }

  async #lookUpLeaders(broker: number): Promise<void> {
    const moves = (this.#moves.get(broker) ?? 0) + 1
    this.#moves.set(broker, moves)
    if (moves > MOVES_MAX) throw new KafkaError('unavailable', `topic '${this.#topic}' finds no leader`)
    await pause(RETRY_MS)
    await this.#startLoops(true)
  }

  /** Reads the answer about a partition. Returns the number of reads of its next batch if that is corrupt, otherwise 0. */
  #readAnswer({ partition, errorCode, divergence, ...answer }: PartitionAnswer, request: PartitionRequest): number {
    const { offset } = request
    // Revoked, or assigned anew, meanwhile.
    if (this.#places.get(partition)?.offset !== offset || isMoved(errorCode)) return 0
    const subject = `partition ${partition} of topic '${this.#topic}'`
    if (errorCode === OFFSET_OUT_OF_RANGE) this.#failAt('out-of-range', `${subject} has no offset ${offset}`, { partition, offset })
    else if (errorCode === CORRUPT_MESSAGE) return this.#countCorrupt({ partition, offset }, 'the broker says so')
    else if (errorCode !== 0) this.#fail(codeError(errorCode, subject))
    else if (divergence !== undefined) {
      const first = Math.min(divergence, offset)
      this.#failAt('truncated', `${subject} no longer has the records from offset ${first} on that were read`, { partition, offset: first })
    } else return this.#read(partition, request, answer)
    return 0
  }

  #read(partition: number, { offset, lastEpoch }: PartitionRequest, answer: PartitionRecords): number {
    const { isCommittedOnly } = this.#options
    const { records, end, epoch, damaged, corrupt } = readRecordSet(
      answer.records,
      offset,
      isCommittedOnly ? answer.aborted : [],
      this.#codecs,
    )
    if (end === offset) return corrupt === undefined ? 0 : this.#countCorrupt({ partition, offset }, corrupt)
    this.#corruptReads.delete(partition)
    const place = { offset: end, epoch: epoch < 0 ? lastEpoch : epoch }
    // It is now the one that has waited least.
    this.#places.delete(partition)
    this.#places.set(partition, place)
    const visibleEnd = isCommittedOnly ? answer.lastStableOffset : answer.highWatermark
    const bytes = Math.max(answer.records.length, records.bytes.length)
    const assignment = this.#assignments.get(partition)!
    this.#fetched.push({ partition, assignment, records, from: offset, next: end, epoch: place.epoch, damaged, end: visibleEnd, bytes })
    this.#bytes += bytes
    this.#notify()
    return 0
  }

  #countCorrupt(place: KafkaErrorPlace, problem: string): number {
    const reads = (this.#corruptReads.get(place.partition) ?? 0) + 1
    this.#corruptReads.set(place.partition, reads)
    if (reads < limits.KAFKA_CORRUPT_READS) return reads
    const subject = `partition ${place.partition} of topic '${this.#topic}'`
    this.#failAt(
      'corrupt',
      `the batch at offset ${place.offset} of ${subject} is corrupt, also when it is read ${reads} times: ${problem}`,
      place,
    )
    return 0
  }

  #failAt(kind: KafkaErrorKind, message: string, place: KafkaErrorPlace): void {
    this.#fail(new KafkaError(kind, message, { place }))
  }

  #fail(error: KafkaError): void {
    this.#failure ??= error
    this.#notify()
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

/** Longer after each request during which the reader took nothing, so that a run that is full does not keep its brokers busy. */
const partialWaitMs = (requests: number): number => Math.min(WAIT_MS, PARTIAL_WAIT_MS * 2 ** requests)
