/**
 * Recovers the state of a partition's gate from the ends of its topics, once its predecessor is fenced.
 *
 * A raw offset is a place in one topic only: a topic that is deleted and made again counts from 0 again, and a gate that went on behind the old
 * offset would leave its first records out. So the records of a gate name the raw topic by its id, and a gate that finds another id ends.
 */
import { limits, SpillwayError, yieldToEventLoop } from '../base/index.ts'
import type { RecordBatch } from '../intake/index.ts'
import {
  type FetchedRecords,
  fetchedSlices,
  headersOf,
  isOtherTopic,
  type KafkaDriver,
  KafkaError,
  type OffsetQuery,
  recordPlaceText,
  topicIdText,
} from '../kafka/index.ts'
import { CHECKED, rawOriginOf, type RawOrigin } from './gate-records.ts'
import type { GateTopics } from './gate-topics.ts'
import type { PartitionMemory } from './gate-writes.ts'
import type { PartitionCheck } from './partition-check.ts'

export interface GateRecoveryOptions {
  readonly topics: GateTopics
  readonly partition: number
  /** Group of the raw topic that gets the offsets. */
  readonly group: string
  readonly memory: PartitionMemory
  /** Does a key belong to this partition? */
  readonly isOwn: (key: string) => boolean
  /** Makes the check of the partition, which remembers nothing yet. */
  readonly newCheck: () => PartitionCheck
  /** The records of the checked topic as a batch. */
  readonly checkedBatch: (fetched: FetchedRecords) => Promise<RecordBatch>
}

/** Where a partition is: the next raw record, and the last arrival. */
export interface GateState {
  readonly check: PartitionCheck
  /** Id of the raw topic as the driver describes it. */
  readonly topicId: string
  /** The id in the headers of records; undefined for a cluster without ids of topics. */
  readonly rawTopicId: string | undefined
  next: number
  arrival: number
}

/** A record that a gate wrote, at its offset. */
interface WrittenRecord extends RawOrigin {
  readonly offset: number
}

/** Offsets of a first look back. */
const LOOK_BACK = 4

export class GateRecovery {
  readonly #driver: KafkaDriver
  readonly #options: GateRecoveryOptions

  constructor(driver: KafkaDriver, options: GateRecoveryOptions) {
    this.#driver = driver
    this.#options = options
  }

  /** @throws `SPILL_INPUT` for topics that a gate cannot go on with. Nothing is written to them meanwhile: the predecessor is fenced. */
  async recover(): Promise<GateState> {
    const { topics, newCheck, memory } = this.#options
    const { id: topicId } = await this.#driver.describe(topics.raw)
    const state: GateState = { check: newCheck(), topicId, rawTopicId: topicIdText(topicId), next: memory.decided, arrival: 0 }
    this.#checkMemory(state)
    for (const topic of [topics.checked, topics.rejected]) {
      const last = await this.#lastRecord(topic)
      if (!last) continue
      this.#checkRawTopic(last.rawTopicId, state.rawTopicId, topic, last.offset)
      state.next = Math.max(state.next, last.rawOffset + 1)
      state.arrival = Math.max(state.arrival, last.arrival)
    }
    state.next = Math.max(state.next, await this.#groupOffset())
    const end = await this.#offset(topics.raw, 'latest')
    // The offset of a group names no topic by its id.
    if (state.next > end)
      throw this.#unusable(
        `is where the gate goes on, and the partition ends at offset ${end}: the raw topic was deleted and made again, or lost its last records`,
        topics.raw,
        state.next,
      )
    await this.#rememberIds(state)
    if (state.next >= 0) return state
    const first = await this.#offset(topics.raw, 'earliest')
    if (first < end) for (const topic of [topics.checked, topics.rejected]) await this.#checkUnused(topic)
    state.next = first
    return state
  }

  /** Throws for a raw topic that was made again since this process has decided records of it. */
  #checkMemory({ rawTopicId }: GateState): void {
    const { topics, memory } = this.#options
    if (memory.decided >= 0) this.#checkRawTopic(memory.rawTopicId, rawTopicId, topics.raw, memory.decided)
    if (isOtherTopic(memory.rawTopicId, rawTopicId)) memory.oversized.clear()
    memory.rawTopicId = rawTopicId
  }

  /** Throws if a raw offset is of another raw topic: it says nothing of how far the gate has come in this one. The place is that of the raw offset. */
  #checkRawTopic(before: string | undefined, now: string | undefined, topic: string, offset: number): void {
    if (!isOtherTopic(before, now)) return
    const problem = `is of the raw topic with id ${before}, and topic '${this.#options.topics.raw}' has id ${now}: it was deleted and made again, so its offsets began at 0 again`
    throw this.#unusable(problem, topic, offset)
  }

  #unusable(problem: string, topic: string, offset: number): SpillwayError {
    const { topics, partition } = this.#options
    const fix = `A gate that went on would leave records of it out, so it needs new topics: --checked ${topics.checked}.v2 --rejected ${topics.rejected}.v2`
    return new SpillwayError('SPILL_INPUT', `${problem}. ${fix}`, { place: recordPlaceText(`kafka:${topic}`, partition, offset) })
  }

  /** Throws for a topic that had records, and has none: they told how far the gate has come. */
  async #checkUnused(topic: string): Promise<void> {
    const { topics, partition, group } = this.#options
    const first = await this.#offset(topic, 'earliest')
    if (first === 0) return
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no record any more, and group ${group} has no offset, so how far the gate has come is not known: set the group's offset in ${topics.raw} (kafka-consumer-groups --reset-offsets), or name new topics. Keep its records longer than a gate may rest (retention.ms)`,
      { place: recordPlaceText(`kafka:${topic}`, partition, first) },
    )
  }

  /** The last record of a topic; it has the greatest raw offset. */
  async #lastRecord(topic: string): Promise<WrittenRecord | undefined> {
    const [first, end] = [await this.#offset(topic, 'earliest'), await this.#offset(topic, 'stable')]
    let last: WrittenRecord | undefined
    for (let back = LOOK_BACK; ; back *= 8) {
      const from = Math.max(first, end - back)
      for await (const fetched of this.#read(topic, from, end))
        for (let row = 0; row < fetched.records.count; row++) {
          this.#checkPartition(fetched, row, topic)
          last = { ...rawOriginOf(fetched, row, topic), offset: fetched.records.offsets[row] }
          this.#checkOwner(fetched, row, topic)
        }
      if (last || from === first) return last
    }
  }

  /** Remembers the ids that were accepted within `dedupe` of the last arrival. */
  async #rememberIds({ check, arrival }: GateState): Promise<void> {
    const { topics, checkedBatch } = this.#options
    const arrivalOf = (fetched: FetchedRecords, row: number): number => rawOriginOf(fetched, row, topics.checked).arrival
    const since = Math.max(0, arrival - check.dedupe)
    const from = await this.#offset(topics.checked, since)
    const end = await this.#offset(topics.checked, 'stable')
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

  async #offset(topic: string, query: OffsetQuery): Promise<number> {
    const { partition } = this.#options
    return (await this.#driver.offsets(topic, [partition], query)).get(partition)!
  }

  /** The offset that the group has; −1 without one. */
  async #groupOffset(): Promise<number> {
    const { topics, partition, group } = this.#options
    return (await this.#driver.groupOffsets(group, topics.raw, [partition])).get(partition) ?? -1
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
