/** A connection to the cluster of a topic. Its calls end with the signal of reading: a broker may take half a minute to answer. */
import { limits, SpillwayError, withDeadline } from '../../base/index.ts'
import type { PartitionOffsetsIR } from '../../define/config/index.ts'
import { type KafkaDriver, KafkaError, type OffsetQuery, type TopicDescription } from '../../kafka/index.ts'
import type { TopicEnd, TopicStart } from './topic-start.ts'

export class TopicSession {
  readonly driver: KafkaDriver
  readonly topicName: string
  readonly #signal: AbortSignal
  #topic: TopicDescription

  private constructor(driver: KafkaDriver, topicName: string, topic: TopicDescription, signal: AbortSignal) {
    this.driver = driver
    this.topicName = topicName
    this.#topic = topic
    this.#signal = signal
  }

  /** Connects, and looks the topic up. Closes the driver if that fails. */
  static async open(driver: KafkaDriver, topicName: string, signal: AbortSignal): Promise<TopicSession> {
    try {
      return new TopicSession(driver, topicName, await unlessAborted(driver.describe(topicName), signal), signal)
    } catch (error) {
      await driver.close()
      throw error
    }
  }

  get topic(): TopicDescription {
    return this.#topic
  }

  offsets(partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    return this.unlessAborted(this.driver.offsets(this.topicName, partitions, query))
  }

  /**
   * Offsets at which reading partitions begins. The first, of a partition that a start by offsets does not name. `allowsDeleted`: it is also the
   * first where retention has deleted the offset.
   *
   * @throws `SPILL_SOURCE` for an offset of a partition that the topic does not have, or outside of the partition
   */
  async starts(
    partitions: readonly number[],
    start: TopicStart,
    { allowsDeleted = false }: { readonly allowsDeleted?: boolean } = {},
  ): Promise<ReadonlyMap<number, number>> {
    if (typeof start !== 'object') return this.offsets(partitions, start)
    const [first, ends] = [await this.offsets(partitions, 'earliest'), await this.offsets(partitions, 'latest')]
    this.#checkPartitions('from', start)
    for (const partition of partitions) {
      const [offset, least, end] = [start[String(partition)], first.get(partition)!, ends.get(partition)!]
      if (offset === undefined || (offset <= end && (offset >= least || allowsDeleted))) continue
      const range = least === end ? `has no records; the next gets offset ${end}` : `has the offsets ${least} to ${end - 1}`
      throw this.#error(`has from=${partition}:${offset}, and partition ${partition} ${range}`)
    }
    return new Map(partitions.map(partition => [partition, Math.max(start[String(partition)] ?? 0, first.get(partition)!)]))
  }

  /**
   * Offsets before which reading partitions ends. Infinity, of a partition that an end by offsets does not name. `starts`: where it begins.
   *
   * @throws `SPILL_SOURCE` for an offset of a partition that the topic does not have, or before its start
   */
  async ends(partitions: readonly number[], end: TopicEnd, starts: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, number>> {
    if (typeof end === 'number') return this.offsets(partitions, end)
    this.#checkPartitions('to', end)
    const early = partitions.find(partition => (end[String(partition)] ?? Infinity) < starts.get(partition)!)
    if (early !== undefined)
      throw this.#error(`has to=${early}:${end[String(early)]}, and reading partition ${early} begins at offset ${starts.get(early)}`)
    return new Map(partitions.map(partition => [partition, end[String(partition)] ?? Infinity]))
  }

  #checkPartitions(option: string, offsets: PartitionOffsetsIR): void {
    const count = this.#topic.partitions
    const absent = Object.keys(offsets).find(partition => Number(partition) >= count)
    if (absent !== undefined)
      throw this.#error(`has ${option}=${absent}:${offsets[absent]}, and the partitions of the topic are 0 to ${count - 1}`)
  }

  #error(problem: string): SpillwayError {
    return new SpillwayError('SPILL_SOURCE', problem, { place: `kafka:${this.topicName}` })
  }

  /** @throws `replaced` if the topic was made again. A cluster that is away shows elsewhere. */
  async checkTopic(): Promise<void> {
    const described = this.unlessAborted(this.driver.describe(this.topicName)).catch(() => undefined)
    // A member that waits for longer may be expelled.
    const topic = await withDeadline(described, limits.KAFKA_CLOSE_MS, () => undefined)
    if (topic && topic.id !== this.#topic.id) throw new KafkaError('replaced', `topic '${this.topicName}' was deleted and made again`)
  }

  /** Looks for new partitions, whose first offsets it returns. */
  async newPartitions(): Promise<ReadonlyMap<number, number>> {
    const topic = await this.unlessAborted(this.driver.describe(this.topicName))
    // Fetching notices a topic that was made again.
    const added = topic.id === this.#topic.id ? numbersFrom(this.#topic.partitions, topic.partitions) : []
    if (added.length === 0) return new Map()
    const starts = await this.offsets(added, 'earliest')
    this.#topic = topic
    return starts
  }

  /** The result of a call. Rejects as in an outage once reading is to end. */
  unlessAborted<T>(call: Promise<T>): Promise<T> {
    return unlessAborted(call, this.#signal)
  }
}

async function unlessAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(new KafkaError('unavailable', 'reading ends'))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([call, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The numbers from the first to before the last. */
export const numbersFrom = (first: number, end: number): number[] => Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i)
