/**
 * Reads a topic as a source: all of its partitions, from the positions that the run has committed.
 *
 * The data folder holds the state of a run, so its positions count and not those of a consumer group; the folder's lock is the fence. The
 * reader stores the committed offsets in a group too, which tools of Kafka read.
 */
import { limits, SpillwayError } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { JsonLineReader } from '../../intake/index.ts'
import { type FetchedRecords, type KafkaDriver, KafkaError, type TopicDescription } from '../../kafka/index.ts'
import type { ReadBatch, ReadContext, ReaderLag, SourceReader } from '../reader/source-reader.ts'
import { topicBatch } from './topic-batch.ts'
import { offsetIn, positionText, resumeOffset } from './topic-position.ts'
import { pauseOrAbort } from '../postgres/retry.ts'

export interface TopicReaderOptions {
  readonly topic: string
  /** Consumer group that is told the committed offsets; absent for none. */
  readonly group?: string
  /** Connects to nothing yet. */
  readonly open: () => KafkaDriver
}

/** Throws `SPILL_SOURCE` for a topic that does not exist or whose next records are gone. Waits for a cluster that was reached before. */
export function topicReader(source: SourceIR, options: TopicReaderOptions): SourceReader {
  return new TopicReader(source, options)
}

const FIRST_PAUSE_MS = 100
const COMMIT_EVERY_MS = 1000

class TopicReader implements SourceReader {
  readonly name: string
  readonly #source: SourceIR
  readonly #options: TopicReaderOptions
  readonly #lines: JsonLineReader | undefined
  #session: { readonly driver: KafkaDriver; readonly topic: TopicDescription } | undefined
  /** Offsets that are committed and not yet told the group. */
  readonly #untold = new Map<number, number>()
  #toldAt = 0
  #telling: Promise<void> | undefined

  constructor(source: SourceIR, options: TopicReaderOptions) {
    this.name = `kafka:${options.topic}`
    this.#source = source
    this.#options = options
    this.#lines = JsonLineReader.of(source)
  }

  describe(position: string | undefined): string {
    return position === undefined
      ? `topic ${this.#options.topic}`
      : `topic ${this.#options.topic} from offset ${offsetIn(this.name, position)}`
  }

  async *read(context: ReadContext): AsyncGenerator<ReadBatch> {
    const { signal, warn } = context
    let isAssigned = false
    let isAway = false
    let pauseMs = FIRST_PAUSE_MS
    while (!signal.aborted) {
      try {
        // Submitted batches must be durable before the positions are looked up again.
        await context.whenCommitted()
        const driver = this.#options.open()
        const topic = await this.#described(driver)
        this.#session = { driver, topic }
        if (isAway) warn(`source '${this.#source.name}': Kafka is reachable again`)
        isAway = false
        pauseMs = FIRST_PAUSE_MS
        if (!isAssigned) context.assign(partitionNames(topic))
        isAssigned = true
        yield* this.#readTopic(driver, topic, context)
        return
      } catch (error) {
        const isRetryable = error instanceof KafkaError && error.kind === 'unavailable'
        if (signal.aborted && isRetryable) return
        // Afterwards the reader is closed.
        if (!isRetryable || !isAssigned) throw this.#sourceError(error)
        if (!isAway) warn(`source '${this.#source.name}': Kafka is unreachable; retrying: ${error.message}`)
        isAway = true
        await this.#endSession()
      }
      await pauseOrAbort(signal, pauseMs)
      pauseMs = Math.min(pauseMs * 2, limits.KAFKA_RETRY_MS_MAX)
    }
  }

  async #described(driver: KafkaDriver): Promise<TopicDescription> {
    try {
      return await driver.describe(this.#options.topic)
    } catch (error) {
      await driver.close()
      throw error
    }
  }

  async *#readTopic(driver: KafkaDriver, topic: TopicDescription, context: ReadContext): AsyncGenerator<ReadBatch> {
    const { topic: name } = this.#options
    const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition)
    const starts = await driver.offsets(name, partitions, 'earliest')
    const ends = context.follow ? undefined : await driver.offsets(name, partitions, 'latest')
    const next = new Map(
      partitions.map(partition => [
        partition,
        resumeOffset(this.name, topic, context.committedPosition(String(partition))) ?? starts.get(partition)!,
      ]),
    )
    const fetch = driver.fetch(name, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
    const stop = () => void fetch.close()
    context.signal.addEventListener('abort', stop, { once: true })
    try {
      const isUnread = (partition: number): boolean => ends === undefined || next.get(partition)! < ends.get(partition)!
      for (const [partition, offset] of next) if (isUnread(partition)) fetch.assign(partition, offset)
      while (partitions.some(isUnread)) {
        const fetched = await fetch.next()
        if (!fetched) return
        next.set(fetched.partition, fetched.next)
        yield this.#batchOf(topic, fetched)
      }
    } finally {
      context.signal.removeEventListener('abort', stop)
      await fetch.close()
    }
  }

  #batchOf(topic: TopicDescription, fetched: FetchedRecords): ReadBatch {
    return {
      records: topicBatch(this.name, fetched, this.#lines),
      position: positionText(topic, fetched.next),
      partition: String(fetched.partition),
    }
  }

  onCommitted(position: string, partition: string): void {
    this.#untold.set(Number(partition), offsetIn(this.name, position))
    if (performance.now() - this.#toldAt >= COMMIT_EVERY_MS) this.#tellGroup()
  }

  /** Tells the group what is committed. A group that cannot be told is behind for tools; the positions of the run count. */
  #tellGroup(): void {
    const { group, topic } = this.#options
    if (group === undefined || !this.#session || this.#telling || this.#untold.size === 0) return
    this.#toldAt = performance.now()
    const offsets = new Map(this.#untold)
    this.#untold.clear()
    this.#telling = this.#session.driver
      .commitOffsets(group, topic, offsets)
      .catch(() => {})
      .finally(() => (this.#telling = undefined))
  }

  async measureLag(committedPosition: (partition?: string) => string | undefined): Promise<ReadonlyMap<string, ReaderLag>> {
    if (!this.#session) return new Map()
    this.#tellGroup()
    const { driver, topic } = this.#session
    const { topic: name } = this.#options
    const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition)
    const [starts, ends] = [await driver.offsets(name, partitions, 'earliest'), await driver.offsets(name, partitions, 'latest')]
    return new Map(
      partitions.map(partition => {
        const [start, last] = [starts.get(partition)!, ends.get(partition)!]
        const position = resumeOffset(this.name, topic, committedPosition(String(partition))) ?? start
        const end = Math.max(position, last)
        return [String(partition), { position, end, lag: end - position, unit: 'records' }]
      }),
    )
  }

  async close(): Promise<void> {
    await this.#endSession()
  }

  async #endSession(): Promise<void> {
    const session = this.#session
    if (!session) return
    await this.#telling
    this.#tellGroup()
    await this.#telling
    this.#session = undefined
    await session.driver.close()
  }

  #sourceError(error: unknown): unknown {
    if (!(error instanceof KafkaError)) return error
    const { name } = this.#source
    const problem =
      error.kind === 'out-of-range'
        ? `the records of partition ${error.partition} after the committed position are gone: the topic's retention deleted them before they were read, or the topic was cut. ` +
          'Keep records longer than the run may rest, and start with an empty data folder'
        : error.message
    return new SpillwayError('SPILL_SOURCE', `source '${name}': ${problem}`, { cause: error, place: this.name })
  }
}

const partitionNames = ({ partitions }: TopicDescription): string[] =>
  Array.from({ length: partitions }, (_, partition) => String(partition))
