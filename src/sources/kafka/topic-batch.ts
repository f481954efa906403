/** Decodes fetched records of a topic into a batch for a run. The value of a record is JSON. */
import { textBatch, type DecodeRecord } from '../../files/index.ts'
import type { FetchedRecords } from '../../kafka/index.ts'
import { Fault, type JsonLineReader, parseJsonRecord, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import { limits } from '../../base/index.ts'

const HEAD_BYTES = 1024

const decode: DecodeRecord = (bytes, start, end) => (start === end ? new Fault('the value is empty') : parseJsonRecord(bytes, start, end))

interface TopicBatchOptions {
  /** Name of the topic, before partition and offset in messages. */
  readonly name: string
  readonly reader: JsonLineReader | undefined
  readonly skipsTombstones: boolean
}

/** Records without a value are dead letters, unless they are left out; so is each batch that its producer wrote damaged. */
export function topicBatch(
  { partition, records, damaged }: FetchedRecords,
  { name, reader, skipsTombstones }: TopicBatchOptions,
): RecordBatch {
  const placeOf = (offset: number): string => `${name}#${partition} offset ${offset}`
  const [starts, ends, lines]: [number[], number[], number[]] = [[], [], []]
  const rejections: Rejection[] = damaged.map(({ first, end, problem }) =>
    new Fault(`the records from offset ${first} to ${end - 1} cannot be read: ${problem}`).at(placeOf(first), ''),
  )
  for (let i = 0; i < records.count; i++) {
    const [start, end, offset] = [records.values[2 * i], records.values[2 * i + 1], records.offsets[i]]
    if (start < 0) {
      if (!skipsTombstones) rejections.push(tombstone.at(placeOf(offset), ''))
    } else if (end - start > limits.LINE_BYTES_MAX) {
      rejections.push(tooLarge(end - start).at(placeOf(offset), records.bytes.toString('latin1', start, start + HEAD_BYTES)))
    } else {
      starts.push(start)
      ends.push(end)
      lines.push(offset)
    }
  }
  const origin: RecordOrigin = { placeOf, text: false, tabular: false, zoneless: new Set() }
  const values = { bytes: records.bytes, starts, ends, lines, broken: new Set<number>(), tooLong: [], unfinished: 0, nextLine: 0 }
  const { undecodableNumbers: _, ...batch } = textBatch(origin, values, decode, reader)
  return { ...batch, undecodable: [...batch.undecodable, ...rejections] }
}

const tombstone = new Fault(
  'the record has no value: it is a tombstone, which deletes its key in a compacted topic. ?tombstones=skip in the address leaves tombstones out',
)

const tooLarge = (bytes: number): Fault =>
  new Fault(`a record of ${bytes} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); only its first ${HEAD_BYTES} are kept here`)
