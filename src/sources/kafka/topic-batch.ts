/** Decodes fetched records of a topic into batches for a run, by the format of its values. */
import { limits, yieldToEventLoop } from '../../base/index.ts'
import { Fault, type RecordBatch, type Rejection } from '../../intake/index.ts'
import {
  type FetchedRecords,
  fetchedSlices,
  headersOf,
  keptBytes,
  type PartitionPlace,
  type RecordColumns,
  recordPlaceText,
  type ValueFormat,
} from '../../kafka/index.ts'
import { withDecodedMembers } from './decoded-members.ts'
import type { RecordMembers } from './record-members.ts'

const HEAD_BYTES = 1024

interface TopicBatchOptions {
  /** Name of the topic, before partition and offset in messages. */
  readonly name: string
  readonly format: ValueFormat
  readonly skipsTombstones: boolean
  /** Columns of events that are no fields of the values. */
  readonly members?: RecordMembers | undefined
  /** Ends waiting for a schema registry. */
  readonly signal: AbortSignal
}

/** Decoded records, and the place behind them. */
interface PlacedBatch {
  readonly records: RecordBatch
  readonly place: PartitionPlace
}

/** Decodes fetched records slice by slice, as they are asked for; other work has its turn in between. Throws as `topicBatch` does. */
export async function* slicedBatches(fetched: FetchedRecords, options: TopicBatchOptions): AsyncGenerator<PlacedBatch> {
  for (const slice of fetchedSlices(fetched)) {
    yield { records: await topicBatch(slice, options), place: { offset: slice.next, epoch: slice.epoch } }
    await yieldToEventLoop()
  }
}

/**
 * Records without a value are dead letters, unless they are left out; so is each batch that its producer wrote damaged. Numbers of records
 * are offsets. Throws as `ValueFormat` does.
 */
export async function topicBatch(
  { partition, records: fetched, damaged }: FetchedRecords,
  { name, format, skipsTombstones, members, signal }: TopicBatchOptions,
): Promise<RecordBatch> {
  const records = members?.addTo(fetched, format.jsonStart) ?? fetched
  const placeOf = (offset: number): string => recordPlaceText(name, partition, offset)
  const [starts, ends, offsets, rows]: [number[], number[], number[], number[]] = [[], [], [], []]
  const [rejections, rejectedOffsets]: [Rejection[], number[]] = [[], []]
  const reject = (offset: number, rejection: Rejection): void => {
    rejections.push(rejection)
    rejectedOffsets.push(offset)
  }
  for (const { first, end, problem } of damaged) {
    const fault = new Fault(`the records from offset ${first} to ${end - 1} cannot be read: ${problem}`)
    // Its last offset: the batch is decided once all of it is.
    reject(end - 1, fault.at(placeOf(first), ''))
  }
  for (let row = 0; row < records.count; row++) {
    const [start, end, offset] = [records.values[2 * row], records.values[2 * row + 1], records.offsets[row]]
    if (start < 0) {
      if (!skipsTombstones) reject(offset, tombstone.at(placeOf(offset), ''))
    } else if (end - start > limits.LINE_BYTES_MAX) {
      reject(offset, tooLarge(end - start).at(placeOf(offset), keptBytes(records.bytes.subarray(start, start + HEAD_BYTES))))
    } else {
      starts.push(start)
      ends.push(end)
      offsets.push(offset)
      rows.push(row)
    }
  }
  const headerNames = (index: number): Iterable<string> => headersOf(fetched, rows[index]).map(header => header.name)
  const values = { bytes: records.bytes, starts, ends, offsets, placeOf, headerNames }
  const decoded = await format.batchOf(values, signal)
  const batch = members && format.jsonStart === undefined ? withDecodedMembers(decoded, membersByOffset(members, fetched)) : decoded
  const { undecodable, undecodableNumbers = [] } = batch
  return {
    ...batch,
    undecodable: [...undecodable, ...rejections],
    undecodableNumbers: [...undecodableNumbers, ...rejectedOffsets],
  }
}

/** Members of a batch's records by offset. */
function membersByOffset(members: RecordMembers, records: RecordColumns): (offset: number) => Buffer | undefined {
  const rows = new Map(Array.from({ length: records.count }, (_, row) => [records.offsets[row], row]))
  return offset => members.objectOf(records, rows.get(offset)!)
}

const tombstone = new Fault(
  'the record has no value: it is a tombstone, which deletes its key in a compacted topic. ?tombstones=skip in the address leaves tombstones out',
)

const tooLarge = (bytes: number): Fault =>
  new Fault(`a record of ${bytes} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); only its first ${HEAD_BYTES} are kept here`)
