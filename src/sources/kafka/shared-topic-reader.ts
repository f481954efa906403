/**
 * Reads the partitions of a topic that a group assigns to this run; other runs with other data folders read the others.
 *
 * A record is in one data folder, whatever happens to the members: before a batch is submitted, the group has stored that this run has claimed
 * it, and the coordinator of the group rejects the claims of members that it has expelled (`partition-claim.ts`). After a claim that
 * fails the run joins anew, since the claim might be stored late. Costs one request to the coordinator for all batches of a fetch.
 */
import { randomUUID } from 'node:crypto'
import { callAfter, limits, withDeadline } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { type FetchedRecords, type GroupProtocol, KafkaError, partitionEnds, type ValueFormat } from '../../kafka/index.ts'
import type { ReadBatch, ReadContext, ReaderLag, SourceReader } from '../reader/source-reader.ts'
import { ClaimStore } from './claim-store.ts'
import { PartitionShares } from './partition-shares.ts'
import { Outage } from './outage.ts'
import { slicedBatches } from './topic-batch.ts'
import { topicError } from './topic-errors.ts'
import { memberIn, resumePlace } from './topic-position.ts'
import type { TopicReaderOptions } from './topic-reader.ts'
import { topicLag } from './topic-lag.ts'
import { numbersFrom, TopicSession } from './topic-session.ts'
import { jsonFormat } from './value-format.ts'

export interface SharedTopicOptions extends TopicReaderOptions {
  /** Group whose members share the topic. */
  readonly group: string
  readonly protocol: GroupProtocol
  /** Id of this member over all starts. Default: the one in its positions, or else a new one, which is durable before anything is claimed. */
  readonly member?: string
}

/** Throws as `topicReader` does, and `SPILL_SOURCE` for a group that this client may not join. */
export function sharedTopicReader(source: SourceIR, options: SharedTopicOptions): SourceReader {
  return new SharedTopicReader(source, options)
}

class SharedTopicReader implements SourceReader {
  readonly name: string
  readonly #source: SourceIR
  readonly #options: SharedTopicOptions
  #session: TopicSession | undefined
  #shares: PartitionShares | undefined
  #format: ValueFormat | undefined
  #hasJoined = false

  constructor(source: SourceIR, options: SharedTopicOptions) {
    this.name = `kafka:${options.topic}`
    this.#source = source
    this.#options = options
  }

  describe(): string {
    return `${this.name}, the partitions that group '${this.#options.group}' assigns to this run`
  }

  async *read(context: ReadContext): AsyncGenerator<ReadBatch> {
    const { signal, warn } = context
    const { topic, open, missingMs = limits.KAFKA_MISSING_MS, openFormat = jsonFormat(this.#source) } = this.#options
    const warnOperator = (problem: string): void => warn(`source '${this.#source.name}': ${problem}`)
    const outage = new Outage(missingMs, warnOperator)
    this.#format ??= openFormat(warnOperator)
    while (!signal.aborted) {
      try {
        // Positions must be those of all submitted batches.
        await context.whenCommitted()
        this.#session = await TopicSession.open(open(), topic, signal)
        outage.found()
        yield* this.#readShares(this.#session, context, outage)
        return
      } catch (error) {
        if (signal.aborted && (error === signal.reason || (error instanceof KafkaError && error.kind === 'unavailable'))) return
        // Another error ends this reader alone, which gives its partitions up.
        if (error instanceof KafkaError) this.#shares?.forget()
        const isExpelled = error instanceof KafkaError && error.kind === 'fenced'
        if (!isExpelled && (!this.#hasJoined || !outage.mayPass(error)))
          throw await topicError(this.#source.name, this.name, error, this.#session)
        await this.#shares?.abandon()
        await this.#endSession()
      }
      await outage.wait(signal)
    }
  }

  async *#readShares(session: TopicSession, context: ReadContext, outage: Outage): AsyncGenerator<ReadBatch> {
    const { topic, group, protocol, from = 'earliest', checkMs = limits.KAFKA_TOPIC_CHECK_MS } = this.#options
    const fetch = session.driver.fetch(topic, { topicId: session.topic.id, isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
    // Of an idle partition no records come.
    let settled: { stop(): void } | undefined
    const member = session.driver.member({ group, topic, protocol })
    const shares = new PartitionShares({
      name: this.name,
      id: this.#options.member ?? this.#memberOf(session, context) ?? randomUUID().slice(0, 8),
      isKnown: this.#options.member !== undefined,
      member,
      claims: new ClaimStore(this.name, member),
      session,
      fetch,
      context,
      from,
      checkMs,
    })
    this.#shares = shares
    shares.follow()
    try {
      // It may fail while a batch waits for room.
      const fetchNext = (): Promise<FetchedRecords | undefined> => {
        const next = fetch.next()
        next.catch(() => {})
        return next
      }
      let fetched = fetchNext()
      for (;;) {
        const event = await session.unlessAborted(Promise.race([fetched, shares.whenStarts()]))
        this.#hasJoined ||= shares.hasJoined
        if (shares.held.length > 0) settled ??= callAfter(outage.settledMs, () => outage.end())
        for (let start = shares.nextStart(); start; start = shares.nextStart()) yield start
        if (context.signal.aborted || (!context.follow && shares.isRead)) return
        if (event === undefined || !('records' in event)) continue
        fetched = fetchNext()
        outage.end()
        yield* this.#submit(shares, event, context.signal)
        if (!context.follow && shares.isRead) return
      }
    } finally {
      settled?.stop()
      shares.stop()
      await withDeadline(fetch.close(), limits.KAFKA_CLOSE_MS, () => {})
    }
  }

  async *#submit(shares: PartitionShares, fetched: FetchedRecords, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const own = shares.partOf(fetched)
    if (!own) return
    const { skipsTombstones = false, members } = this.#options
    const options = { name: this.name, format: this.#format!, skipsTombstones, members, signal }
    let isClaimed = false
    for await (const { records, place } of slicedBatches(own.fetched, options)) {
      // Taken away while it was decoded or claimed, or while the records before it waited for room: the records are the next member's.
      if (!shares.isReading(own)) return
      // The first slice is decoded by now: a run that waits for a schema owes nothing.
      if (!isClaimed) await shares.claim(own)
      isClaimed = true
      if (!shares.isReading(own)) return
      yield { records, position: shares.positionText(place), partition: String(fetched.partition) }
    }
    const jump = shares.submitted(own)
    if (jump) yield jump
  }

  /** The id in the positions of this run; undefined before the first. */
  #memberOf({ topic }: TopicSession, { committedPosition }: ReadContext): string | undefined {
    for (const partition of numbersFrom(0, topic.partitions)) {
      const id = memberIn(this.name, committedPosition(String(partition)))
      if (id !== undefined) return id
    }
    return undefined
  }

  onCommitted(position: string, partition: string): void {
    this.#shares?.positions.committed(position, partition)
  }

  async measureLag(committedPosition: (partition?: string) => string | undefined): Promise<ReadonlyMap<string, ReaderLag>> {
    const [session, held] = [this.#session, this.#shares?.held ?? []]
    if (!session || held.length === 0) return new Map()
    const ends = await partitionEnds(session.driver, session.topicName, held)
    return new Map(
      held.flatMap(partition => {
        const place = resumePlace(this.name, session.topic, committedPosition(String(partition)))
        return place ? [[String(partition), topicLag(ends, partition, place.offset)] as const] : []
      }),
    )
  }

  async close(): Promise<void> {
    this.#format?.close()
    try {
      await this.#shares?.release()
    } finally {
      await this.#endSession()
    }
  }

  async #endSession(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#shares = undefined
    await session?.driver.close()
  }
}
