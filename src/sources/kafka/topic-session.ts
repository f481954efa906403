/** A connection to the cluster of a topic. Its calls end with the signal of reading: a broker may take half a minute to answer. */
import { limits, withDeadline } from '../../base/index.ts'
import { type KafkaDriver, KafkaError, type OffsetQuery, type TopicDescription } from '../../kafka/index.ts'

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
