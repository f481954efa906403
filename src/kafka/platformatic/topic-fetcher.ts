/**
 * Fetches the records of a topic, one request at a time to each broker that leads some of its partitions.
 *
 * A request waits at the broker until there are records, so that records come as soon as they are there and an idle topic costs two requests
 * a second. A partition of which records wait to be taken is not fetched, and none is while `maxBytes` wait: a run that is full stops the
 * broker's answers within one request of each leader.
 */
import type * as client from '@platformatic/kafka'
import { limits, pause } from '../../base/index.ts'
import { type FetchedRecords, type FetchOptions, KafkaError, type TopicFetch } from '../driver.ts'
import type { ForeignCodecs } from '../compression.ts'
import { readRecordSet } from '../record-set.ts'
import { codeError, isMoved, kafkaError, OFFSET_OUT_OF_RANGE } from './errors.ts'
import { type PartitionAnswer, type PartitionRequest, sendFetch } from './fetch-api.ts'

/** What a fetcher needs of the client. */
export interface FetchCluster {
  /** Leaders of a topic's partitions, by partition. `isNew`: ask the cluster again. */
  leaders(topic: string, isNew: boolean): Promise<TopicLeaders>
  connection(broker: number): Promise<{ readonly connection: client.Connection; readonly fetchVersion: number }>
}

export interface TopicLeaders {
  readonly id: string
  readonly partitions: readonly { readonly leader: number; readonly leaderEpoch: number }[]
}

const WAIT_MS = 500
const RETRY_MS = 100

export class TopicFetcher implements TopicFetch {
  readonly #cluster: FetchCluster
  readonly #topic: string
  readonly #options: FetchOptions
  readonly #codecs: ForeignCodecs
  /** Offset of the next fetch by partition. */
  readonly #offsets = new Map<number, number>()
  /** Records that are not taken yet. At most one batch a partition. */
  readonly #fetched: FetchedRecords[] = []
  /** Brokers with a loop of requests. */
  readonly #loops = new Map<number, Promise<void>>()
  #leaders: TopicLeaders | undefined
  #bytes = 0
  #failure: KafkaError | undefined
  #isClosed = false
  /** Resolved and replaced at each change that a loop or a caller may wait for. */
  #changed = Promise.withResolvers<void>()

  constructor(cluster: FetchCluster, topic: string, options: FetchOptions, codecs: ForeignCodecs) {
    this.#cluster = cluster
    this.#topic = topic
    this.#options = options
    this.#codecs = codecs
  }

  async next(): Promise<FetchedRecords | undefined> {
    while (this.#fetched.length === 0) {
      if (this.#failure) throw this.#failure
      if (this.#isClosed) return undefined
      await this.#changed.promise
    }
    const fetched = this.#fetched.shift()!
    this.#bytes -= fetched.bytes
    this.#notify()
    return fetched
  }

  assign(partition: number, offset: number): void {
    this.#offsets.set(partition, offset)
    this.#notify()
    void this.#startLoops(false)
  }

  revoke(partition: number): void {
    this.#offsets.delete(partition)
    const at = this.#fetched.findIndex(fetched => fetched.partition === partition)
    if (at >= 0) this.#bytes -= this.#fetched.splice(at, 1)[0].bytes
    this.#notify()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#notify()
    await Promise.all(this.#loops.values())
  }

  /** Starts a loop for each broker that leads an assigned partition and has none. */
  async #startLoops(isNew: boolean): Promise<void> {
    try {
      this.#leaders = await this.#cluster.leaders(this.#topic, isNew)
    } catch (error) {
      this.#fail(kafkaError(error))
      return
    }
    for (const partition of this.#offsets.keys()) {
      const leader = this.#leaders.partitions[partition]?.leader
      if (leader === undefined) this.#fail(new KafkaError('missing', `topic '${this.#topic}' has no partition ${partition}`))
      else if (leader >= 0 && !this.#loops.has(leader) && !this.#isClosed) this.#loops.set(leader, this.#loop(leader))
    }
    this.#notify()
  }

  async #loop(broker: number): Promise<void> {
    try {
      while (!this.#isClosed && !this.#failure && this.#leads(broker)) {
        const wanted = this.#wantedOf(broker)
        if (wanted.length === 0) await this.#changed.promise
        else await this.#fetch(broker, wanted)
      }
    } catch (error) {
      this.#fail(kafkaError(error))
    } finally {
      this.#loops.delete(broker)
      this.#notify()
    }
  }

  #leads(broker: number): boolean {
    return [...this.#offsets.keys()].some(partition => this.#leaders!.partitions[partition]?.leader === broker)
  }

  /** The partitions of a broker that are to be fetched now: none of which records wait. */
  #wantedOf(broker: number): readonly PartitionRequest[] {
    if (this.#bytes >= this.#options.maxBytes) return []
    const waiting = new Set(this.#fetched.map(({ partition }) => partition))
    return [...this.#offsets].flatMap(([partition, offset]) => {
      const { leader, leaderEpoch } = this.#leaders!.partitions[partition] ?? { leader: -1, leaderEpoch: -1 }
      return leader === broker && !waiting.has(partition) ? [{ partition, offset, leaderEpoch }] : []
    })
  }

  async #fetch(broker: number, partitions: readonly PartitionRequest[]): Promise<void> {
    const { connection, fetchVersion } = await this.#cluster.connection(broker)
    const answer = await sendFetch(connection, fetchVersion, {
      topic: { name: this.#topic, id: this.#leaders!.id },
      partitions,
      isCommittedOnly: this.#options.isCommittedOnly,
      waitMs: WAIT_MS,
      partitionBytes: limits.KAFKA_PARTITION_FETCH_BYTES,
      totalBytes: this.#options.maxBytes,
    })
    const codes = [answer.errorCode, ...answer.partitions.map(({ errorCode }) => errorCode)].filter(code => code !== 0)
    for (const part of answer.partitions) {
      const request = partitions.find(({ partition }) => partition === part.partition)
      if (request) this.#take(part, request)
    }
    if (codes.some(code => isMoved(code))) {
      await pause(RETRY_MS)
      await this.#startLoops(true)
    } else if (codes.length > 0 && answer.errorCode !== 0) throw codeError(codes[0], this.#topic)
  }

  #take({ partition, errorCode, records, aborted, highWatermark, lastStableOffset }: PartitionAnswer, request: PartitionRequest): void {
    // Revoked, or assigned anew, meanwhile.
    if (this.#offsets.get(partition) !== request.offset) return
    if (isMoved(errorCode)) return
    if (errorCode === OFFSET_OUT_OF_RANGE)
      return this.#fail(new KafkaError('out-of-range', `partition ${partition} has no offset ${request.offset}`, { partition }))
    if (errorCode !== 0) return this.#fail(codeError(errorCode, this.#topic))
    const { isCommittedOnly } = this.#options
    const set = readRecordSet(records, request.offset, isCommittedOnly ? aborted : [], this.#codecs)
    if (set.end === request.offset) return
    this.#offsets.set(partition, set.end)
    const end = isCommittedOnly ? lastStableOffset : highWatermark
    this.#fetched.push({
      partition,
      records: set.records,
      from: request.offset,
      next: set.end,
      damaged: set.damaged,
      end,
      bytes: records.length,
    })
    this.#bytes += records.length
    this.#notify()
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
