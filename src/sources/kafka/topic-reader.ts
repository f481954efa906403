/**
 * Reads a topic as a source: all of its partitions, from the positions that the run has committed.
 *
 * The data folder holds the state of a run, so its positions count and not those of a consumer group; the folder's lock is the fence. The
 * reader stores the committed offsets in a group too, which tools of Kafka read.
 */
import { callAfter, limits, pause, SpillwayError, withDeadline } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import {
  type FetchedRecords,
  type KafkaDriver,
  KafkaError,
  partitionEnds,
  type PartitionPlace,
  type ValueFormat,
} from '../../kafka/index.ts'
import type { ReadBatch, ReadContext, ReaderLag, SourceReader } from '../reader/source-reader.ts'
import { GroupOffsets } from './group-offsets.ts'
import { Outage } from './outage.ts'
import type { RecordMembers } from './record-members.ts'
import { slicedBatches } from './topic-batch.ts'
import { topicError } from './topic-errors.ts'
import { memberIn, offsetIn, positionText, resumePlace } from './topic-position.ts'
import { topicLag } from './topic-lag.ts'
import { numbersFrom, TopicSession } from './topic-session.ts'
import { type TopicStart, topicStartText } from './topic-start.ts'
import { jsonFormat } from './value-format.ts'

export interface TopicReaderOptions {
  readonly topic: string
  /** Where to start without a position; default `earliest`. */
  readonly from?: TopicStart
  /** Leave records without a value out; otherwise they are dead letters. */
  readonly skipsTombstones?: boolean
  /** Consumer group that gets the committed offsets; absent for none. */
  readonly group?: string
  /** Milliseconds between two looks for new partitions; default KAFKA_TOPIC_CHECK_MS. */
  readonly checkMs?: number
  /** Milliseconds that a topic that was read may be missing; default KAFKA_MISSING_MS. */
  readonly missingMs?: number
  /** Columns of events that are no fields of the values. */
  readonly members?: RecordMembers
  /** Opens the format of the values; default JSON. `warn` gets what the operator must know. */
  readonly openFormat?: (warn: (problem: string) => void) => ValueFormat
  /** Connects to nothing yet. */
  readonly open: () => KafkaDriver
}

/** Throws `SPILL_SOURCE` for a topic that does not exist or whose next records are gone. Waits for a cluster that was reached before. */
export function topicReader(source: SourceIR, options: TopicReaderOptions): SourceReader {
  return new TopicReader(source, options)
}

const MEMBER_FOLDER =
  'was read as a member of its group, so other runs may have records that this one has not. Set its membership again, or start with an empty data folder'

/** Partitions whose offsets the operator sees at the start. */
const SHOWN_PARTITIONS = 8

class TopicReader implements SourceReader {
  readonly name: string
  readonly #source: SourceIR
  readonly #options: TopicReaderOptions
  readonly #group: GroupOffsets | undefined
  #session: TopicSession | undefined
  #format: ValueFormat | undefined
  /** Partitions that were assigned: those from 0 on. */
  #assigned = 0

  constructor(source: SourceIR, options: TopicReaderOptions) {
    const { topic, group } = options
    this.name = `kafka:${topic}`
    this.#source = source
    this.#options = options
    if (group !== undefined) this.#group = new GroupOffsets(group, topic)
  }

  describe(_position: string | undefined, committedPosition: (partition?: string) => string | undefined): string {
    const offsets: string[] = []
    for (let partition = 0; ; partition++) {
      const position = committedPosition(String(partition))
      if (position === undefined) break
      offsets.push(`${offsetIn(this.name, position)} (partition ${partition})`)
    }
    if (offsets.length === 0) return `${this.name} ${topicStartText(this.#options.from ?? 'earliest')}`
    const more = offsets.length - SHOWN_PARTITIONS
    return `${this.name} from offset ${offsets.slice(0, SHOWN_PARTITIONS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  }

  async *read(context: ReadContext): AsyncGenerator<ReadBatch> {
    const { signal, warn } = context
    const { topic, open, missingMs = limits.KAFKA_MISSING_MS, openFormat = jsonFormat(this.#source) } = this.#options
    const warnOperator = (problem: string): void => warn(`source '${this.#source.name}': ${problem}`)
    const outage = new Outage(missingMs, warnOperator)
    this.#format ??= openFormat(warnOperator)
    while (!signal.aborted) {
      try {
        // Submitted batches must be durable before the positions are looked up again.
        await context.whenCommitted()
        this.#session = await TopicSession.open(open(), topic, signal)
        outage.found()
        yield* this.#readTopic(this.#session, context, outage)
        return
      } catch (error) {
        if (signal.aborted && (error === signal.reason || (error instanceof KafkaError && error.kind === 'unavailable'))) return
        // A topic that was never read must be there. The reader is closed afterwards.
        if (this.#assigned === 0 || !outage.mayPass(error)) throw await topicError(this.#source.name, this.name, error, this.#session)
        await this.#endSession()
      }
      await outage.wait(signal)
    }
  }

  async *#readTopic(session: TopicSession, context: ReadContext, outage: Outage): AsyncGenerator<ReadBatch> {
    const { follow, signal } = context
    const places = await this.#places(session, context)
    const ends = follow ? undefined : await this.#ends(session)
    this.#assign(session.topic.partitions, context)
    // A run that was killed may not have stored its last offsets, and a quiet partition would never have them.
    for (const [partition, { offset }] of places)
      if (context.committedPosition(String(partition)) !== undefined) this.#group?.commit(partition, offset, session.driver)
    // A start that is not committed would be another one after a crash. That of partition 0 comes last, so where it is there all are.
    for (const partition of numbersFrom(0, session.topic.partitions).toReversed())
      if (context.committedPosition(String(partition)) === undefined) yield this.#startBatch(session, partition, places.get(partition)!)
    const unread = new Set([...places].flatMap(([partition, { offset }]) => (ends?.get(partition)!.isRead(offset) ? [] : [partition])))
    const fetch = session.driver.fetch(session.topicName, {
      topicId: session.topic.id,
      isCommittedOnly: true,
      maxBytes: limits.KAFKA_FETCHED_BYTES,
    })
    const over = new AbortController()
    // Of an idle topic no records come; a leader that is away is noticed within this time.
    const settled = callAfter(outage.settledMs, () => outage.end())
    try {
      for (const partition of unread) fetch.assign(partition, places.get(partition)!)
      if (follow) void this.#watchPartitions(session, context, { signal: over.signal, onPartition: (...added) => fetch.assign(...added) })
      // A topic without partitions does not exist, so with `follow` there is always one.
      while (unread.size > 0) {
        const fetched = await session.unlessAborted(fetch.next())
        if (!fetched || signal.aborted) return
        outage.end()
        if (ends && fetched.next >= ends.get(fetched.partition)!.end) unread.delete(fetched.partition)
        for await (const { records, place } of this.#batchesOf(fetched, signal))
          yield { ...this.#startBatch(session, fetched.partition, place), records }
      }
    } finally {
      over.abort()
      settled.stop()
      await withDeadline(fetch.close(), limits.KAFKA_CLOSE_MS, () => {})
    }
  }

  /** Where reading without `follow` ends in each partition: before open transactions, which it does not wait for. */
  async #ends(session: TopicSession): Promise<ReadonlyMap<number, { readonly end: number; readonly isRead: (offset: number) => boolean }>> {
    const partitions = numbersFrom(0, session.topic.partitions)
    const [ends, last] = [await session.offsets(partitions, 'stable'), await session.offsets(partitions, 'latest')]
    return new Map(
      partitions.map(partition => {
        const [end, behind] = [ends.get(partition)!, last.get(partition)!]
        // Of an offset behind the last record the fetch says what is wrong.
        return [partition, { end, isRead: (offset: number) => offset >= end && offset <= behind }]
      }),
    )
  }

  /** Where to read each partition from: its position, or the start. */
  async #places(session: TopicSession, context: ReadContext): Promise<Map<number, PartitionPlace>> {
    const { topic } = session
    const places = new Map<number, PartitionPlace>()
    const absent: number[] = []
    for (const partition of numbersFrom(0, topic.partitions)) {
      const position = context.committedPosition(String(partition))
      if (memberIn(this.name, position) !== undefined) throw new SpillwayError('SPILL_SOURCE', MEMBER_FOLDER, { place: this.name })
      const place = resumePlace(this.name, topic, position)
      if (place) places.set(partition, place)
      else absent.push(partition)
    }
    if (absent.length === 0) return places
    const isGrown = places.has(0)
    if (isGrown) this.#warnOfPartitions(topic.partitions - absent.length, topic.partitions, context)
    // Producers write to a partition before a run knows of it.
    const starts = await session.starts(absent, isGrown ? 'earliest' : (this.#options.from ?? 'earliest'))
    for (const [partition, offset] of starts) places.set(partition, { offset, epoch: -1 })
    return places
  }

  #assign(partitions: number, context: ReadContext): void {
    if (partitions > this.#assigned) context.assign(numbersFrom(this.#assigned, partitions).map(String))
    this.#assigned = Math.max(this.#assigned, partitions)
  }

  /** Reads partitions that the topic gets meanwhile. */
  async #watchPartitions(session: TopicSession, context: ReadContext, { signal, onPartition }: PartitionWatch): Promise<void> {
    for (;;) {
      await pause(this.#options.checkMs ?? limits.KAFKA_TOPIC_CHECK_MS, signal)
      if (signal.aborted) return
      try {
        const before = session.topic.partitions
        const starts = await session.newPartitions()
        if (starts.size === 0 || signal.aborted) continue
        this.#assign(session.topic.partitions, context)
        this.#warnOfPartitions(before, session.topic.partitions, context)
        for (const [partition, offset] of starts) onPartition(partition, { offset, epoch: -1 })
      } catch (error) {
        // Fetching notices an outage too, and says so.
        if (!(error instanceof KafkaError)) throw error
      }
    }
  }

  #warnOfPartitions(before: number, now: number, { warn }: ReadContext): void {
    warn(
      `source '${this.#source.name}': topic ${this.#options.topic} has ${now} partitions, and had ${before}: the new ones are read from their first ` +
        'record. Producers may now write a key to another partition, and records of different partitions come in any order',
    )
  }

  /** A batch without records: a place to continue from. */
  #startBatch({ topic }: TopicSession, partition: number, place: PartitionPlace): ReadBatch {
    return { records: [], position: positionText(topic, place), partition: String(partition) }
  }

  #batchesOf(fetched: FetchedRecords, signal: AbortSignal): ReturnType<typeof slicedBatches> {
    const { skipsTombstones = false, members } = this.#options
    return slicedBatches(fetched, { name: this.name, format: this.#format!, skipsTombstones, members, signal })
  }

  onCommitted(position: string, partition: string): void {
    this.#group?.commit(Number(partition), offsetIn(this.name, position), this.#session?.driver)
  }

  async measureLag(committedPosition: (partition?: string) => string | undefined): Promise<ReadonlyMap<string, ReaderLag>> {
    const session = this.#session
    if (!session) return new Map()
    this.#group?.store(session.driver)
    const { topic, topicName, driver } = session
    const partitions = numbersFrom(0, topic.partitions)
    const starts = await driver.offsets(topicName, partitions, 'earliest')
    const ends = await partitionEnds(driver, topicName, partitions)
    return new Map(
      partitions.map(partition => {
        const offset = resumePlace(this.name, topic, committedPosition(String(partition)))?.offset ?? starts.get(partition)!
        return [String(partition), topicLag(ends, partition, offset)]
      }),
    )
  }

  async close(): Promise<void> {
    this.#format?.close()
    await this.#endSession()
  }

  async #endSession(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (!session) return
    await this.#group?.flush(session.driver)
    await session.driver.close()
  }
}

interface PartitionWatch {
  readonly signal: AbortSignal
  readonly onPartition: (partition: number, place: PartitionPlace) => void
}
