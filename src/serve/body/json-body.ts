/**
 * Splits a JSON body into records: one object, or the elements of an array. Each record is decoded from its own bytes, as a line of
 * NDJSON is, so that a rejected record keeps its raw text. One pass over the bytes finds the elements.
 */
import { isUtf8 } from 'node:buffer'
import { limits, show } from '../../base/index.ts'
import { stripByteOrderMark } from '../../files/index.ts'
import {
  closingQuote,
  type RecordOrigin,
  type RecordBatch,
  JsonSyntaxFault,
  parseJsonRecord,
  type JsonRecord,
  LineCells,
  type JsonLineReader,
  Fault,
  type Rejection,
} from '../../intake/index.ts'
import { ServeError } from '../http/serve-error.ts'

/** The origin of records from HTTP. All bodies share one object, for which the validator caches its state. */
export const httpOrigin: RecordOrigin = { placeOf: number => `http record ${number}`, text: false, tabular: false, zoneless: new Set() }

/** The records of a JSON body. */
export interface JsonBody {
  readonly batch: RecordBatch
  /** The body is a single record, and no array. */
  readonly isSingle: boolean
}

/**
 * Parses a body. The source's `reader` reads plain records straight into cells. A JSON record that cannot be decoded is rejected alone.
 *
 * Throws 400 for a body that is no JSON, 413 for an array of more than `TURN_RECORDS` records.
 */
export function parseJsonBody(body: Buffer, reader?: JsonLineReader): JsonBody {
  const bytes = stripByteOrderMark(body)
  checkUtf8(bytes)
  const first = notBlank(bytes, 0)
  if (first === bytes.length) throw noJson('the body is empty')
  const isSingle = bytes[first] !== 0x5b
  const ends = isSingle ? [first, textEnd(bytes, first, bytes.length)] : elements(bytes, first)
  if (ends.length / 2 > limits.TURN_RECORDS)
    throw new ServeError('SPILL_LIMIT', `more than ${limits.TURN_RECORDS} records in one array (TURN_RECORDS); send them as NDJSON`, {
      status: 413,
    })
  return { batch: batchOf(bytes, ends, isSingle, reader), isSingle }
}

/** Parses a body whose JSON is no record of a source. Throws 400. */
export function parseJsonValue(bytes: Buffer): unknown {
  const { batch, isSingle } = parseJsonBody(bytes)
  const [undecodable] = batch.undecodable
  if (undecodable) throw noJson(`the body: ${undecodable.detail}`)
  return isSingle ? batch.records[0] : batch.records
}

function batchOf(bytes: Buffer, ends: readonly number[], isSingle: boolean, reader?: JsonLineReader): RecordBatch {
  const records: unknown[] = []
  const numbers: number[] = []
  const inexact = new Map<number, ReadonlyMap<string, string>>()
  const undecodable: Rejection[] = []
  const undecodableNumbers: number[] = []
  const rawOf = (number: number) => bytes.toString('utf8', ends[2 * number - 2], ends[2 * number - 1])
  const valueOf = (at: number) => (parseJsonRecord(bytes, ends[2 * numbers[at] - 2], ends[2 * numbers[at] - 1]) as JsonRecord).value
  const cells = reader && new LineCells(reader, bytes, ends.length / 2, valueOf)
  for (let number = 1; 2 * number <= ends.length; number++) {
    const start = ends[2 * number - 2]
    const end = ends[2 * number - 1]
    if (end - start <= limits.LINE_BYTES_MAX && cells?.read(records.length, start, end)) {
      records.push(undefined)
      numbers.push(number)
      continue
    }
    const decoded = parseJsonRecord(bytes, start, end)
    if (decoded instanceof Fault) {
      if (decoded instanceof JsonSyntaxFault)
        throw noJson(`${isSingle ? 'the body' : `its element ${number - 1}, from byte ${start},`} is ${decoded.detail}`)
      undecodable.push(decoded.at(httpOrigin.placeOf(number), rawOf(number)))
      undecodableNumbers.push(number)
      continue
    }
    if (decoded.inexact) inexact.set(records.length, decoded.inexact)
    records.push(decoded.value)
    numbers.push(number)
  }
  return {
    origin: httpOrigin,
    records,
    ...(cells && { cells }),
    numberOf: at => numbers[at],
    rawOf: at => rawOf(numbers[at]),
    inexact,
    undecodable,
    undecodableNumbers,
  }
}

/** The start and end offsets of each element of the array at `from`, in turn. */
function elements(bytes: Buffer, from: number): number[] {
  const ends: number[] = []
  const add = (start: number, end: number) => {
    const first = Math.min(notBlank(bytes, start), end)
    ends.push(first, textEnd(bytes, first, end))
  }
  let depth = 1
  let start = from + 1
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 0x22) i = closingQuote(bytes, i + 1, bytes.length)
    else if (byte === 0x5b || byte === 0x7b) depth++
    else if (byte === 0x2c && depth === 1) {
      add(start, i)
      start = i + 1
    } else if ((byte === 0x5d || byte === 0x7d) && --depth === 0) {
      if (byte === 0x7d) throw noJson(`its array is closed by a brace at byte ${i}`)
      if (ends.length > 0 || notBlank(bytes, start) < i) add(start, i)
      const rest = notBlank(bytes, i + 1)
      if (rest < bytes.length) throw noJson(`there is more after its array, at byte ${rest}`)
      return ends
    }
  }
  throw noJson(`its array has no end in ${bytes.length} bytes`)
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** The offset after the last byte of `[start, end)` that is no white space. */
function textEnd(bytes: Buffer, start: number, end: number): number {
  let i = end
  while (i > start && isBlank(bytes[i - 1])) i--
  return i
}

/** The offset of the first byte from `from` on that is no white space; the length if there is none. */
function notBlank(bytes: Buffer, from: number): number {
  let i = from
  while (isBlank(bytes[i])) i++
  return i
}

/** Throws 400 with the offset of the first bytes that are no UTF-8. */
function checkUtf8(bytes: Buffer): void {
  if (isUtf8(bytes)) return
  let place = 0
  for (const valid of bytes.toString('utf8').split(REPLACEMENT_CHARACTER)) {
    place += Buffer.byteLength(valid)
    // A text may contain U+FFFD itself.
    if (!bytes.subarray(place, place + REPLACEMENT_BYTES.length).equals(REPLACEMENT_BYTES))
      throw noJson(`the body is not UTF-8 from byte ${place} on`)
    place += REPLACEMENT_BYTES.length
  }
}

const REPLACEMENT_CHARACTER = '\ufffd'
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT_CHARACTER)

const noJson = (why: string): ServeError => new ServeError('SPILL_FORMAT', `${why}; none of it was accepted`)

/** Characters of a wrong value in a message. */
const VALUE_SHOWN = 80

/**
 * The fields of a JSON object. Throws 400 for another value, and for a field outside `names`. An ignored field would mislead: a client that
 * asks for a past time would get the present.
 */
export function jsonFields<N extends string>(value: unknown, names: readonly N[]): Readonly<Partial<Record<N, unknown>>> {
  const fields = jsonObject(value)
  const unknown = Object.keys(fields).find(name => !(names as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw new ServeError(
      'SPILL_INPUT',
      `there is no field '${unknown}' here; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
    )
  return fields as Readonly<Partial<Record<N, unknown>>>
}

/** Throws 400 for a value that is no JSON object, as null and arrays are not. */
export function jsonObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new ServeError('SPILL_INPUT', `a request is an object; got ${show(value).slice(0, VALUE_SHOWN)}`)
}
