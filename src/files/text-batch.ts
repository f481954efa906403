/** A batch of records that are stretches of text: NDJSON lines and CSV rows. */
import { isUtf8 } from 'node:buffer'
import { limits } from '../base/limits.ts'
import type { Origin, RecordBatch } from '../intake/batch.ts'
import type { Cells } from '../intake/cells.ts'
import type { JsonRecord } from '../intake/json.ts'
import type { LineReader } from '../intake/line-reader.ts'
import { Fault, type Refusal } from '../intake/refusal.ts'
import type { LongLine, Records } from './splitter.ts'

const CARRIAGE_RETURN = 0x0d

/** What a format makes of the record in `bytes[start, end)`: its value, why it has none, or nothing for a blank line. `broken`: it has no end. */
export type Decode = (bytes: Buffer, start: number, end: number, broken: boolean) => JsonRecord | Fault | undefined

/** `reader` reads what it can into cells, and `decode` the rest. */
export function textBatch(origin: Origin, records: Records, decode: Decode, reader?: LineReader): RecordBatch {
  const values: unknown[] = []
  const indexes: number[] = []
  const inexact = new Map<number, ReadonlyMap<string, string>>()
  const undecodable: Refusal[] = records.tooLong.map(line => tooLong(origin, line))
  // What stands behind the last record may end in the middle of a character.
  const allUtf8 = isUtf8(records.bytes.subarray(0, records.ends.at(-1) ?? 0))
  const cells = reader && new CellsOf(reader, records, decode, indexes)
  for (let index = 0; index < records.starts.length; index++) {
    const start = records.starts[index]
    const end = withoutReturn(records.bytes, start, records.ends[index])
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
  }
}

class CellsOf implements Cells {
  readonly source: Cells['source']
  readonly bytes: Buffer
  readonly isRead: Uint8Array
  readonly values: Float64Array
  readonly #reader: LineReader
  readonly #records: Records
  readonly #decode: Decode
  readonly #indexes: readonly number[]

  /** `indexes`: by record of the batch, its index among those. */
  constructor(reader: LineReader, records: Records, decode: Decode, indexes: readonly number[]) {
    const { length } = records.starts
    this.source = reader.source
    this.bytes = records.bytes
    this.isRead = new Uint8Array(length)
    this.values = new Float64Array(length * reader.width)
    this.#reader = reader
    this.#records = records
    this.#decode = decode
    this.#indexes = indexes
  }

  read(at: number, start: number, end: number): boolean {
    const isRead = this.#reader.read(this.bytes, start, end, this.values, at * this.#reader.width)
    if (isRead) this.isRead[at] = 1
    return isRead
  }

  valueOf(at: number): unknown {
    const { bytes, starts, ends } = this.#records
    const index = this.#indexes[at]
    return (this.#decode(bytes, starts[index], withoutReturn(bytes, starts[index], ends[index]), false) as JsonRecord).value
  }
}

/** The record as it stood, as text if it is text; copied, so that it does not hold on to its chunk. */
function rawBytes(records: Records, index: number): string | Uint8Array {
  const bytes = records.bytes.subarray(records.starts[index], records.ends[index])
  return isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes)
}

function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
}

function tooLong(origin: Origin, { line, length, head }: LongLine): Refusal {
  const detail = `a line of ${length} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); only its first ${head.length} are kept here`
  return new Fault(detail).at(origin.placeOf(line), isUtf8(head) ? head.toString('utf8') : new Uint8Array(head))
}

/** Spaces, tabs and a carriage return are nothing. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09 && bytes[i] !== CARRIAGE_RETURN) return false
  return true
}
