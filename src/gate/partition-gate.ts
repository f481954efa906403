/**
 * The gate of one partition: reads its raw records, checks them, and writes the outcome of each batch to the checked and the rejected topic in
 * one transaction.
 *
 * Every record that it writes has the offset of its raw record in a header, so the topics themselves tell how far the gate has come. After it has
 * fenced its predecessor it reads their ends and goes on behind the greatest raw offset. So a raw record is decided once, also where the answer
 * to a transaction was lost, and readers that ignore transactions find the second of two equal raw offsets by themselves.
 *
 * Records that leave nothing behind, duplicates, are only counted in the offsets of a group. One that is decided again after a crash is a duplicate
 * still, unless it arrives, now, later than `dedupe` after its original: then it is an event, as it would have been if it had come now.
 */
import { type Clock, limits, SpillwayError, yieldToEventLoop } from '../base/index.ts'
import { Fault, type RecordBatch } from '../intake/index.ts'
import {
  type FetchedRecords,
  fetchedSlices,
  headersOf,
  type KafkaDriver,
  KafkaError,
  openWriter,
  type PlacedRecord,
  recordPlaceText,
  type TransactionWriter,
  type WriterIdentity,
} from '../kafka/index.ts'
import { CHECKED, gateRecord, rawOriginOf, type RawOrigin, rejectedRecord } from './gate-records.ts'
import { GateWrites, type PartitionMemory } from './gate-writes.ts'
import type { CheckedRecord, PartitionCheck } from './partition-check.ts'
import type { PartitionStatus } from './partition-status.ts'

/** The topics of a gate; they have equal numbers of partitions. */
export interface GateTopics {
  readonly raw: string
  readonly checked: string
  readonly rejected: string
}

export interface PartitionGateOptions {
  /** Name of the source. */
  readonly source: string
  readonly topics: GateTopics
  readonly partition: number
  /** Group of the raw topic that gets the offsets. */
  readonly group: string
  readonly clock: Clock
  readonly status: PartitionStatus
  readonly memory: PartitionMemory
  /** Does a key belong to this partition? */
  readonly isOwn: (key: string) => boolean
  /** Makes the check of the partition, which remembers nothing yet. */
  readonly newCheck: () => PartitionCheck
  /** Receives the outcomes of raw records once they are durable. */
  readonly onDecided?: (records: FetchedRecords['records'], outcomes: readonly CheckedRecord[]) => void
  /** The records of a raw topic, or of the checked topic, as a batch. */
  readonly rawBatch: (fetched: FetchedRecords) => Promise<RecordBatch>
  readonly checkedBatch: (fetched: FetchedRecords) => Promise<RecordBatch>
  /** Ends at the end of the raw topic, as it is when it starts. */
  readonly once: boolean
  /** Resolves once this process has the first partition, by which gates are elected; rejects if it has not. Absent for that partition itself. */
  readonly elected?: Promise<void>
  /** Called once the writer of the partition is open. */
  readonly onOpen?: () => void
}

/** Where a partition is: the next raw record, and the last arrival. */
interface GateState {
  readonly check: PartitionCheck
  next: number
  arrival: number
}

/** Bytes that are kept of a raw record that is too large; offsets of a first look back. */
const [HEAD_BYTES, LOOK_BACK] = [1024, 4]

export class PartitionGate {
  readonly #driver: KafkaDriver
  readonly #options: PartitionGateOptions

  constructor(driver: KafkaDriver, options: PartitionGateOptions) {
    this.#driver = driver
    this.#options = options
  }

  /** Works until the signal. Throws `KafkaError`: `fenced` at the beginning if another gate has the first partition. */
  async run(signal: AbortSignal): Promise<void> {
    const { topics, partition, once, status } = this.#options
    const writer = this.#driver.transactions(`spillway-gate/${topics.checked}/${partition}`)
    try {
      await this.#open(writer)
      const state = await this.#recover()
      status.next = state.next
      const end = once ? (await this.#driver.offsets(topics.raw, [partition], 'stable')).get(partition)! : Infinity
      await this.#work(writer, state, end, signal)
    } finally {
      status.next = undefined
      await writer.close()
    }
  }

  /**
   * Of gates that start at the same time each may open other partitions last, and all would be fenced. So the one that has the first partition
   * takes the others over again, and the others end with the first.
   */
  async #open(writer: TransactionWriter): Promise<void> {
    const { memory, elected, onOpen } = this.#options
    await elected
    const keep = (identity: WriterIdentity): void => void (memory.identity = identity)
    try {
      await openWriter(writer, memory.identity, keep)
    } catch (error) {
      if (!elected || !(error instanceof KafkaError) || error.kind !== 'fenced') throw error
      await openWriter(writer, undefined, keep)
    }
    onOpen?.()
  }

  async #work(writer: TransactionWriter, state: GateState, end: number, signal: AbortSignal): Promise<void> {
    const { topics, partition } = this.#options
    const fetch = this.#driver.fetch(topics.raw, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
    const stop = () => void fetch.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (signal.aborted) return
      fetch.assign(partition, { offset: state.next, epoch: -1 })
      while (state.next < end) {
        const fetched = await fetch.next()
        if (!fetched || signal.aborted) return
        await this.#decide(writer, state, fetched)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      await fetch.close()
    }
  }

  /** Decides all records of a batch; resolves once that is durable. A transaction has whole raw records, up to the size that a topic takes at once. */
  async #decide(writer: TransactionWriter, state: GateState, fetched: FetchedRecords): Promise<void> {
    const { group, topics, partition, clock, status, memory, onDecided } = this.#options
    state.arrival = Math.max(clock(), state.arrival)
    let lastWritten = -1
    const outcomes: CheckedRecord[] = []
    const writes = new GateWrites(writer, memory, written => status.add(written))
    for (const slice of fetchedSlices(fetched)) {
      for (const checked of state.check.check(await this.#options.rawBatch(slice), state.arrival, memory.oversized)) {
        const outcome = memory.oversized.has(checked.number) ? this.#oversized(checked, slice) : checked
        const records = this.#recordsOf(outcome, state.arrival)
        if (records.length > 0) lastWritten = outcome.number
        await writes.add(outcome, records)
        outcomes.push(outcome)
      }
      await yieldToEventLoop()
    }
    await writes.flush()
    state.next = fetched.next
    status.next = state.next
    memory.decided = state.next
    // The topics tell of all but what left nothing behind.
    if (lastWritten < state.next - 1) await this.#driver.commitOffsets(group, topics.raw, new Map([[partition, state.next]]))
    onDecided?.(fetched.records, outcomes)
  }

  /** The outcome of a raw record whose events, or rejections, are larger than a topic takes. */
  #oversized({ number, events }: CheckedRecord, { records }: FetchedRecords): CheckedRecord {
    const { source, topics, partition } = this.#options
    const row = records.offsets.indexOf(number)
    const [start, end] = records.values.subarray(2 * row, 2 * row + 2)
    const head = Buffer.from(records.bytes.subarray(start, Math.min(end, start + HEAD_BYTES)))
    const fault = new Fault(
      `its ${events.length > 0 ? 'events' : 'rejection'} would be larger than a topic takes (max.message.bytes); only the first ${HEAD_BYTES} bytes of the record are kept here`,
    )
    const rejection = { ...fault.at(recordPlaceText(`kafka:${topics.raw}`, partition, number), head), source }
    return { number, events: [], rejections: [rejection], duplicates: 0 }
  }

  #recordsOf({ number: offset, events, rejections }: CheckedRecord, arrival: number): PlacedRecord[] {
    const { topics, partition } = this.#options
    return [
      ...events.map(event => gateRecord(event, { topic: topics.checked, partition, timestamp: arrival }, offset)),
      ...rejections.map(rejection =>
        rejectedRecord(rejection, { topic: topics.rejected, partition, timestamp: arrival }, offset, topics.checked),
      ),
    ]
  }

  /** Reads the state from the ends of the topics. Nothing is written to them meanwhile: the predecessor is fenced. */
  async #recover(): Promise<GateState> {
    const { topics, partition, group, newCheck, memory } = this.#options
    const state: GateState = { check: newCheck(), next: memory.decided, arrival: 0 }
    for (const topic of [topics.checked, topics.rejected]) {
      const last = await this.#lastRecord(topic)
      if (!last) continue
      state.next = Math.max(state.next, last.rawOffset + 1)
      state.arrival = Math.max(state.arrival, last.arrival)
    }
    await this.#rememberIds(state)
    state.next = Math.max(state.next, (await this.#driver.groupOffsets(group, topics.raw, [partition])).get(partition) ?? -1)
    if (state.next >= 0) return state
    const [first, end] = await this.#rangeOf(topics.raw)
    if (first < end) for (const topic of [topics.checked, topics.rejected]) await this.#checkUnused(topic)
    state.next = first
    return state
  }

  /** Throws for a topic that had records, and has none: they told how far the gate has come. */
  async #checkUnused(topic: string): Promise<void> {
    const { topics, partition, group } = this.#options
    const [first] = await this.#rangeOf(topic)
    if (first === 0) return
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no record any more, and group ${group} has no offset, so how far the gate has come is not known: set the group's offset in ${topics.raw} (kafka-consumer-groups --reset-offsets), or name new topics. Keep its records longer than a gate may rest (retention.ms)`,
      { place: recordPlaceText(`kafka:${topic}`, partition, first) },
    )
  }

  /** The last record of a topic; it has the greatest raw offset. */
  async #lastRecord(topic: string): Promise<RawOrigin | undefined> {
    const [first, end] = await this.#rangeOf(topic)
    let last: RawOrigin | undefined
    for (let back = LOOK_BACK; ; back *= 8) {
      const from = Math.max(first, end - back)
      for await (const fetched of this.#read(topic, from, end))
        for (let row = 0; row < fetched.records.count; row++) {
          this.#checkPartition(fetched, row, topic)
          last = rawOriginOf(fetched, row, topic)
          this.#checkOwner(fetched, row, topic)
        }
      if (last || from === first) return last
    }
  }

  /** Remembers the ids that were accepted within `dedupe` of the last arrival. */
  async #rememberIds({ check, arrival }: GateState): Promise<void> {
    const { topics, partition, checkedBatch } = this.#options
    const arrivalOf = (fetched: FetchedRecords, row: number): number => rawOriginOf(fetched, row, topics.checked).arrival
    const since = Math.max(0, arrival - check.dedupe)
    const from = (await this.#driver.offsets(topics.checked, [partition], since)).get(partition)!
    const [, end] = await this.#rangeOf(topics.checked)
    for await (const fetched of this.#read(topics.checked, from, end))
      for (const slice of fetchedSlices(fetched, row => row > 0 && arrivalOf(fetched, row) !== arrivalOf(fetched, row - 1))) {
        for (let row = 0; row < slice.records.count; row++) this.#checkPartition(slice, row, topics.checked)
        if (slice.records.count > 0) check.remember(await checkedBatch(slice), arrivalOf(slice, 0))
        await yieldToEventLoop()
      }
  }

  /** Throws for a record of another partition's key: then the topic had another number of partitions when the record was written. */
  #checkPartition({ partition, records }: FetchedRecords, row: number, topic: string): void {
    const { topics } = this.#options
    const [start, end] = records.keys.subarray(2 * row, 2 * row + 2)
    if (start < 0 || this.#options.isOwn(records.bytes.toString('utf8', start, end))) return
    throw new SpillwayError(
      'SPILL_INPUT',
      `has a key that belongs to another partition: the topic had another number of partitions when it was written. Ids are compared within a partition, so another number needs new topics: --checked ${topics.checked}.v2 --rejected ${topics.rejected}.v2`,
      { place: recordPlaceText(`kafka:${topic}`, partition, records.offsets[row]) },
    )
  }

  /** Throws for a rejected record of another checked topic: its raw offset says nothing of how far this gate has come. */
  #checkOwner({ partition, records }: FetchedRecords, row: number, topic: string): void {
    const { checked, rejected } = this.#options.topics
    const owner = headersOf(records, row)
      .find(({ name }) => name === CHECKED)
      ?.value?.toString()
    if (owner === undefined || owner === checked) return
    throw new SpillwayError(
      'SPILL_INPUT',
      `was rejected by the gate that writes topic '${owner}'. A gate finds in its topics how far it has come, so each has its own: --rejected ${rejected}.v2`,
      { place: recordPlaceText(`kafka:${topic}`, partition, records.offsets[row]) },
    )
  }

  async #rangeOf(topic: string): Promise<readonly [first: number, end: number]> {
    const { partition } = this.#options
    const [first, end] = [
      await this.#driver.offsets(topic, [partition], 'earliest'),
      await this.#driver.offsets(topic, [partition], 'stable'),
    ]
    return [first.get(partition)!, end.get(partition)!]
  }

  async *#read(topic: string, from: number, end: number): AsyncGenerator<FetchedRecords> {
    if (from >= end) return
    const { partition } = this.#options
    const fetch = this.#driver.fetch(topic, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
    try {
      fetch.assign(partition, { offset: from, epoch: -1 })
      for (let next = from; next < end;) {
        const fetched = await fetch.next()
        if (!fetched) throw new KafkaError('unavailable', 'the connection was closed')
        next = fetched.next
        yield fetched
      }
    } finally {
      await fetch.close()
    }
  }
}
