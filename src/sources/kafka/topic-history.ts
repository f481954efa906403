/**
 * Records of a topic as a history: a range of each partition, which is fixed when reading begins. Partitions are read one after another, so
 * the order of the records, and with it every result, is the same each time.
 *
 * Nothing is committed anywhere. A cluster that cannot be reached ends the reading: a history is read again as a whole.
 */
import { limits, SpillwayError } from '../../base/index.ts'
import type { InputFile } from '../../files/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import { type FetchedRecords, type KafkaDriver, KafkaError, type ValueFormat } from '../../kafka/index.ts'
import type { RecordMembers } from './record-members.ts'
import { topicBatch } from './topic-batch.ts'
import { topicError } from './topic-errors.ts'
import { resumePlace } from './topic-position.ts'
import { numbersFrom, TopicSession } from './topic-session.ts'
import type { TopicEnd, TopicStart } from './topic-start.ts'

export interface TopicHistoryOptions {
  /** Name of the source that the history is for. */
  readonly source: string
  readonly topic: string
  readonly from: Exclude<TopicStart, 'latest'>
  /** All records that are there are read by default. */
  readonly to?: TopicEnd | undefined
  /** Committed positions of a run by partition, behind which nothing is read; in a partition without one nothing is. */
  readonly positions?: ((partition: string) => string | undefined) | undefined
  readonly skipsTombstones: boolean
  readonly members?: RecordMembers | undefined
  readonly openFormat: () => ValueFormat
  readonly open: () => KafkaDriver
}

/** Offsets [from, to) of a partition. */
interface PartitionRange {
  readonly partition: number
  readonly from: number
  readonly to: number
}

/**
 * The records of a topic. Throws `SPILL_SOURCE` while they are read for a topic that does not exist, a cluster that cannot be reached, or
 * positions of another topic.
 */
export class TopicHistory implements InputFile {
  readonly name: string
  readonly format = 'ndjson'
  readonly #options: TopicHistoryOptions
  #offsetsRead = 0
  #offsets = 0

  constructor(options: TopicHistoryOptions) {
    this.name = `kafka:${options.topic}`
    this.#options = options
  }

  progress(): number {
    return this.#offsets === 0 ? 0 : this.#offsetsRead / this.#offsets
  }

  async *batches(): AsyncGenerator<RecordBatch> {
    const { source, topic, open, openFormat } = this.#options
    const { signal } = new AbortController()
    let session: TopicSession | undefined
    const format = openFormat()
    try {
      session = await TopicSession.open(open(), topic, signal)
      const ranges = await this.#rangesOf(session)
      this.#offsets = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
      for (const range of ranges) for await (const fetched of this.#recordsIn(session, range)) yield this.#batchOf(fetched, format, signal)
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'out-of-range') throw this.#deletedError(error)
      throw await topicError(source, this.name, error, session)
    } finally {
      format.close()
      await session?.driver.close()
    }
  }

  /** The ranges that are not empty. Records behind an open transaction are left out. */
  async #rangesOf(session: TopicSession): Promise<PartitionRange[]> {
    const { from, to, positions } = this.#options
    const endOf = (partition: number): number =>
      positions ? (resumePlace(this.name, session.topic, positions(String(partition)))?.offset ?? 0) : Infinity
    const partitions = numbersFrom(0, session.topic.partitions)
    const starts = await session.starts(partitions, from, { allowsDeleted: positions !== undefined })
    const stable = await session.offsets(partitions, 'stable')
    const limit = to === undefined ? stable : await session.ends(partitions, to, starts)
    return partitions
      .map(partition => ({
        partition,
        from: starts.get(partition)!,
        to: Math.min(stable.get(partition)!, limit.get(partition)!, endOf(partition)),
      }))
      .filter(range => range.from < range.to)
  }

  #deletedError({ place, cause }: KafkaError): SpillwayError {
    const { partition, offset } = place!
    const problem = `retention deleted the records of partition ${partition} from offset ${offset} on while they were read`
    const fix = 'Read the history again, from a later time'
    return new SpillwayError('SPILL_SOURCE', `source '${this.#options.source}': ${problem}. ${fix}`, { cause, place: this.name })
  }

  async *#recordsIn(session: TopicSession, { partition, from, to }: PartitionRange): AsyncGenerator<FetchedRecords> {
    const fetch = session.driver.fetch(session.topicName, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
    try {
      fetch.assign(partition, { offset: from, epoch: -1 })
      for (let next = from; next < to;) {
        const fetched = await fetch.next()
        if (!fetched) throw new KafkaError('unavailable', 'the connection was closed')
        this.#offsetsRead += Math.min(fetched.next, to) - next
        next = fetched.next
        yield before(fetched, to)
      }
    } finally {
      await fetch.close()
    }
  }

  #batchOf(fetched: FetchedRecords, format: ValueFormat, signal: AbortSignal): Promise<RecordBatch> {
    const { members, skipsTombstones } = this.#options
    return topicBatch(fetched, { name: this.name, format, skipsTombstones, members, signal })
  }
}

/** The fetched records without those from an offset on: the broker gives whole batches. */
function before(fetched: FetchedRecords, end: number): FetchedRecords {
  if (fetched.next <= end) return fetched
  const { records, damaged } = fetched
  const beyond = records.offsets.subarray(0, records.count).findIndex(offset => offset >= end)
  return { ...fetched, records: beyond < 0 ? records : { ...records, count: beyond }, damaged: damaged.filter(({ first }) => first < end) }
}
