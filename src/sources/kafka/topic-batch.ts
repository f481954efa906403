/** Decodes fetched records of a topic into a batch for a run. The value of a record is JSON. */
import { textBatch, type DecodeRecord } from '../../files/index.ts'
import type { FetchedRecords } from '../../kafka/index.ts'
import { Fault, type JsonLineReader, parseJsonRecord, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import { limits } from '../../base/index.ts'

const HEAD_BYTES = 1024

const decode: DecodeRecord = (bytes, start, end) => (start === end ? new Fault('the value is empty') : parseJsonRecord(bytes, start, end))

/** `name` of the topic precedes partition and offset in messages. Tombstones, records without a value, are no events: they are left out. */
export function topicBatch(name: string, { partition, records, damaged }: FetchedRecords, reader: JsonLineReader | undefined): RecordBatch {
  const placeOf = (offset: number): string => `${name}#${partition} offset ${offset}`
  const [starts, ends, lines]: [number[], number[], number[]] = [[], [], []]
  const rejections: Rejection[] = damaged.map(({ first, end, problem }) =>
    new Fault(`the records from offset ${first} to ${end - 1} cannot be read: ${problem}`).at(placeOf(first), ''),
  )
  for (let i = 0; i < records.count; i++) {
    const [start, end, offset] = [records.values[2 * i], records.values[2 * i + 1], records.offsets[i]]
    if (start < 0) continue
    if (end - start > limits.LINE_BYTES_MAX) {
      const head = records.bytes.toString('latin1', start, start + HEAD_BYTES)
      const problem = `a record of ${end - start} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); only its first ${HEAD_BYTES} are kept here`
      rejections.push(new Fault(problem).at(placeOf(offset), head))
      continue
    }
    starts.push(start)
    ends.push(end)
    lines.push(offset)
  }
  const origin: RecordOrigin = { placeOf, text: false, tabular: false, zoneless: new Set() }
  const values = { bytes: records.bytes, starts, ends, lines, broken: new Set<number>(), tooLong: [], unfinished: 0, nextLine: 0 }
  const { undecodableNumbers: _, ...batch } = textBatch(origin, values, decode, reader)
  return { ...batch, undecodable: [...batch.undecodable, ...rejections] }
}
