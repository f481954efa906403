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
import { type Clock, limits, yieldToEventLoop } from '../base/index.ts'
import { Fault, type RecordBatch } from '../intake/index.ts'
import {
  type FetchedRecords,
  fetchedSlices,
  type KafkaDriver,
  KafkaError,
  openWriter,
  type PlacedRecord,
  recordPlaceText,
  type TransactionWriter,
  type WriterIdentity,
} from '../kafka/index.ts'
import { gateRecord, rejectedRecord } from './gate-records.ts'
import { GateRecovery, type GateRecoveryOptions, type GateState } from './gate-recovery.ts'
import { GateWrites } from './gate-writes.ts'
import type { CheckedRecord } from './partition-check.ts'
import type { PartitionStatus } from './partition-status.ts'

export interface PartitionGateOptions extends GateRecoveryOptions {
  /** Name of the source. */
  readonly source: string
  readonly clock: Clock
  readonly status: PartitionStatus
  /** Receives the outcomes of raw records once they are durable. */
  readonly onDecided?: (records: FetchedRecords['records'], outcomes: readonly CheckedRecord[]) => void
  /** The records of a raw topic as a batch. */
  readonly rawBatch: (fetched: FetchedRecords) => Promise<RecordBatch>
  /** Ends at the end of the raw topic, as it is when it starts. */
  readonly once: boolean
  /** Resolves once this process has the first partition, by which gates are elected; rejects if it has not. Absent for that partition itself. */
  readonly elected?: Promise<void>
  /** Called once the writer of the partition is open. */
  readonly onOpen?: () => void
}

/** Bytes that are kept of a raw record that is too large. */
const HEAD_BYTES = 1024

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
      const state = await new GateRecovery(this.#driver, this.#options).recover()
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
   *
   * A request for a new writer that got no answer may come late, and fence this gate, which is alone. So its identity has their number.
   */
  async #open(writer: TransactionWriter): Promise<void> {
    const { memory, elected, onOpen } = this.#options
    await elected
    const keep = (identity: WriterIdentity): void => void (memory.identity = { unanswered: memory.unanswered, ...identity })
    try {
      await openWriter(writer, memory.identity, keep)
    } catch (error) {
      if (!memory.identity) memory.unanswered++
      if (!elected || !(error instanceof KafkaError) || error.kind !== 'fenced') throw error
      await openWriter(writer, undefined, keep)
    }
    onOpen?.()
  }

  async #work(writer: TransactionWriter, state: GateState, end: number, signal: AbortSignal): Promise<void> {
    const { topics, partition } = this.#options
    const options = { topicId: state.topicId, isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES }
    const fetch = this.#driver.fetch(topics.raw, options)
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
        const records = this.#recordsOf(outcome, state)
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

  #recordsOf({ number: rawOffset, events, rejections }: CheckedRecord, { rawTopicId, arrival }: GateState): PlacedRecord[] {
    const { topics, partition } = this.#options
    const origin = { rawOffset, rawTopicId, arrival }
    return [
      ...events.map((event, row) => gateRecord(event, { topic: topics.checked, partition }, { ...origin, row })),
      ...rejections.map((rejection, row) =>
        rejectedRecord(rejection, { topic: topics.rejected, partition }, { ...origin, row }, topics.checked),
      ),
    ]
  }
}
