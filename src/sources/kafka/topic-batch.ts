/** Decodes fetched records of a topic into a batch for a run. The value of a record is JSON. */
import { textBatch, type DecodeRecord } from '../../files/index.ts'
import type { FetchedRecords } from '../../kafka/index.ts'
import { Fault, type JsonLineReader, parseJsonRecord, type RecordBatch, type RecordOrigin } from '../../intake/index.ts'
import { limits } from '../../base/index.ts'

const decode: DecodeRecord = (bytes, start, end) => (start === end ? new Fault('the value is empty') : parseJsonRecord(bytes, start, end))

/** `name` of the topic precedes partition and offset in messages. Tombstones, records without a value, are no events: they are left out. */
export function topicBatch(name: string, { partition, records, damaged }: FetchedRecords, reader: JsonLineReader | undefined): RecordBatch {
  const values = records.filter(({ value }) => value !== undefined)
  const placeOf = (offset: number): string => `${name}#${partition} offset ${offset}`
  const origin: RecordOrigin = { placeOf, text: false, tabular: false, zoneless: new Set() }
  const fits = values.filter(({ value }) => value!.length <= limits.LINE_BYTES_MAX)
  const bytes = Buffer.concat(fits.map(({ value }) => value!))
  const [starts, ends]: [number[], number[]] = [[], []]
  let at = 0
  for (const { value } of fits) {
    starts.push(at)
    ends.push((at += value!.length))
  }
  const lines = fits.map(({ offset }) => offset)
  const batch = textBatch(
    origin,
    { bytes, starts, ends, lines, broken: new Set(), tooLong: [], unfinished: 0, nextLine: 0 },
    decode,
    reader,
  )
  const rejected = [
    ...damaged.map(({ first, end, problem }) =>
      new Fault(`the records from offset ${first} to ${end - 1} cannot be read: ${problem}`).at(placeOf(first), ''),
    ),
    ...values.flatMap(({ offset, value }) =>
      value!.length <= limits.LINE_BYTES_MAX
        ? []
        : [new Fault(`a record of ${value!.length} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX)`).at(placeOf(offset), '')],
    ),
  ]
  const { undecodableNumbers: _, ...rest } = batch
  return { ...rest, undecodable: [...batch.undecodable, ...rejected] }
}
