/** Makes a batch of text records: NDJSON lines and CSV rows. */
import { isUtf8 } from 'node:buffer'
import { limits } from '../base/index.ts'
import {
  type RecordOrigin,
  type RecordBatch,
  type JsonRecord,
  LineCells,
  type JsonLineReader,
  Fault,
  type Rejection,
} from '../intake/index.ts'
import type { LongLine, SplitRecords } from './io/splitter.ts'

export const CARRIAGE_RETURN = 0x0d

/**
 * Decodes the record in `bytes[start, end)`: returns its value, the reason why it is invalid, or `undefined` for a blank line. `broken`: it
 * has no end.
 */
export type DecodeRecord = (bytes: Buffer, start: number, end: number, broken: boolean) => JsonRecord | Fault | undefined

/** `reader` decodes records into cells where it can, and `decode` the others. */
export function textBatch(origin: RecordOrigin, records: SplitRecords, decode: DecodeRecord, reader?: JsonLineReader): RecordBatch {
  const values: unknown[] = []
  const indexes: number[] = []
  const inexact = new Map<number, ReadonlyMap<string, string>>()
  const undecodable: Rejection[] = records.tooLong.map(line => tooLong(origin, line))
  const undecodableNumbers = records.tooLong.map(({ line }) => line)
  // The bytes after the last record may end in the middle of a character.
  const allUtf8 = isUtf8(records.bytes.subarray(0, records.ends.at(-1) ?? 0))
  const rangeOf = (index: number) => {
    const start = records.starts[index]
    return { start, end: withoutReturn(records.bytes, start, records.ends[index]) }
  }
  const valueOf = (at: number) => {
    const { start, end } = rangeOf(indexes[at])
    return (decode(records.bytes, start, end, false) as JsonRecord).value
  }
  const cells = reader && new LineCells(reader, records.bytes, records.starts.length, valueOf)
  for (let index = 0; index < records.starts.length; index++) {
    const { start, end } = rangeOf(index)
    const broken = records.broken.has(index)
    const isText = allUtf8 || isUtf8(records.bytes.subarray(start, end))
    if (isText && cells?.read(values.length, start, end)) {
      values.push(undefined)
      indexes.push(index)
      continue
    }
    const decoded = isText ? decode(records.bytes, start, end, broken) : new Fault('not UTF-8')
    if (decoded === undefined) continue
    if (decoded instanceof Fault) {
      undecodable.push(decoded.at(origin.placeOf(records.lines[index]), rawBytes(records, index)))
      undecodableNumbers.push(records.lines[index])
      continue
    }
    if (decoded.inexact) inexact.set(values.length, decoded.inexact)
    values.push(decoded.value)
    indexes.push(index)
  }
  return {
    origin,
    records: values,
    ...(cells && { cells }),
    numberOf: at => records.lines[indexes[at]],
    rawOf: at => rawBytes(records, indexes[at]),
    inexact,
    undecodable,
    undecodableNumbers,
  }
}

/** The original record, as text if it is UTF-8; copied, so that it does not keep its chunk alive. */
function rawBytes(records: SplitRecords, index: number): string | Uint8Array {
  const bytes = records.bytes.subarray(records.starts[index], records.ends[index])
  return isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes)
}

function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
}

function tooLong(origin: RecordOrigin, { line, length, head }: LongLine): Rejection {
  const detail = `a line of ${length} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); only its first ${head.length} are kept here`
  return new Fault(detail).at(origin.placeOf(line), isUtf8(head) ? head.toString('utf8') : new Uint8Array(head))
}

/** True for a record of spaces, tabs and carriage returns. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09 && bytes[i] !== CARRIAGE_RETURN) return false
  return true
}
