/**
 * Parses one JSON record and rejects what `JSON.parse` accepts silently: long numbers, which it rounds, duplicate field names, and any
 * depth.
 *
 * One pass over the bytes (about 1 ns each) counts depth and fields, and finds numbers of more than fifteen digits, which a double may not
 * hold. `JSON.parse` does the rest.
 */
import { limits } from '../base/index.ts'
import { Fault } from './rejection.ts'
import type { ColumnIR } from '../define/ir/index.ts'

export interface JsonRecord {
  readonly value: unknown
  /** Fields of the record itself whose fraction has more digits than a double holds, as text. */
  readonly inexact?: ReadonlyMap<string, string>
  /** Description of the first such fraction at any depth, with its field. */
  readonly rounded?: string
}

/** The text of a record is not JSON. */
export class JsonSyntaxFault extends Fault {}

/** Parses well-formed UTF-8 `bytes[start, end)`, or returns the reason why it cannot. */
export function parseJsonRecord(bytes: Buffer, start: number, end: number): JsonRecord | Fault {
  const shape = new JsonShape(bytes, start, end)
  if (shape.depth > limits.JSON_DEPTH_MAX)
    return new Fault(`JSON nested ${shape.depth} deep, more than ${limits.JSON_DEPTH_MAX} (JSON_DEPTH_MAX)`)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8', start, end))
  } catch (error) {
    return new JsonSyntaxFault(`not JSON: ${(error as Error).message}`)
  }
  if (isObject(value) && Object.keys(value).length !== shape.fields) return new Fault('a field occurs twice in the record')
  return shape.longNumbers.length > 0 ? withoutRounding(value, bytes, shape.longNumbers) : { value }
}

/** Offsets of a number and of its field's quoted name; for a number in an array, of the nearest name before it. */
interface LongNumber {
  readonly start: number
  readonly end: number
  readonly fieldStart: number
  readonly fieldEnd: number
  readonly depth: number
}

const DOUBLE_DIGITS = 15
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const MINUS = 0x2d

/** Depth, fields and long numbers of a record. For invalid JSON the result is meaningless but harmless. */
class JsonShape {
  depth = 0
  /** Number of fields of the outermost object. */
  fields = 0
  readonly longNumbers: LongNumber[] = []

  constructor(bytes: Buffer, start: number, end: number) {
    let depth = 0
    let fieldStart = start
    let fieldEnd = start
    let quoteAt = start
    for (let i = start; i < end; i++) {
      const byte = bytes[i]
      if (byte === QUOTE) {
        quoteAt = i
        i = closingQuote(bytes, i + 1, end)
      } else if (byte === COLON) {
        if (depth === 1) this.fields++
        fieldStart = quoteAt
        fieldEnd = i
      } else if ((byte >= 0x30 && byte <= 0x39) || byte === MINUS) {
        const numberEnd = endOfNumber(bytes, i, end)
        if (numberEnd - i > DOUBLE_DIGITS) this.longNumbers.push({ start: i, end: numberEnd, fieldStart, fieldEnd, depth })
        i = numberEnd - 1
      } else if (byte === 0x7b || byte === 0x5b) {
        if (++depth > this.depth) this.depth = depth
      } else if (byte === 0x7d || byte === 0x5d) {
        depth--
      }
    }
  }
}

/** The offset of the quote that closes a JSON string whose text begins at `from`; `end` without one. */
export function closingQuote(bytes: Buffer, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte === BACKSLASH) i++
  }
  return end
}

/** Scans digits, a point, an exponent and signs. */
function endOfNumber(bytes: Buffer, from: number, end: number): number {
  let i = from + 1
  for (; i < end; i++) {
    const byte = bytes[i]
    const isPart = (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS
    if (!isPart) break
  }
  return i
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Rejects integers that were rounded, at any depth; records rounded fractions of the record's own fields. Decodes the name of a field only
 * where it is shown: a thousand numbers may follow a name of a megabyte.
 */
function withoutRounding(value: unknown, bytes: Buffer, longNumbers: readonly LongNumber[]): JsonRecord | Fault {
  const inexact = new Map<string, string>()
  let rounded: string | undefined
  for (const number of longNumbers) {
    const text = bytes.toString('latin1', number.start, number.end)
    const roundTrip = String(Number(text))
    if (text === roundTrip || digitsOf(text) === digitsOf(roundTrip)) continue
    if (/^-?\d+$/.test(text))
      return new Fault(
        `'${nameOf(bytes, number)}' is ${shortNumber(text)}, which JSON numbers cannot hold exactly (beyond 2^53); write it as text, for a column of t.string()`,
      )
    rounded ??= `'${nameOf(bytes, number)}' is ${shortNumber(text)}`
    if (number.depth === 1) inexact.set(nameOf(bytes, number), text)
  }
  return { value, ...(inexact.size > 0 && { inexact }), ...(rounded !== undefined && { rounded }) }
}

const nameOf = (bytes: Buffer, { fieldStart, fieldEnd }: LongNumber): string =>
  fieldStart === fieldEnd ? 'the record' : (JSON.parse(bytes.toString('utf8', fieldStart, fieldEnd)) as string)

/** Characters of a number in a message. */
const NUMBER_SHOWN = 60

const shortNumber = (text: string): string => (text.length <= NUMBER_SHOWN ? text : `${text.slice(0, NUMBER_SHOWN)}…`)

/** Significant digits of a number's text: `12` for 0.0120 and for 12. Linear: a number may have a million digits. */
function digitsOf(source: string): string {
  const [mantissa] = source.split(/e/i)
  const digits = mantissa.replaceAll(/[-.]/g, '')
  let [first, end] = [0, digits.length]
  while (first < end && digits[first] === '0') first++
  while (end > first && digits[end - 1] === '0') end--
  return digits.slice(first, end)
}

/**
 * Rejects numbers with more digits than a double holds, except in double columns, which take the nearest. `inexact`: their text by field.
 */
export function inexactFault(columns: readonly ColumnIR[], inexact: ReadonlyMap<string, string>): Fault | undefined {
  for (const { name, type, aliases = [] } of columns) {
    const text = inexact.get([name, ...aliases].find(known => inexact.has(known)) ?? name)
    if (text !== undefined && type !== 'double')
      return new Fault(`'${name}' is ${shortNumber(text)}, which has more digits than a JSON number holds; write it as text`)
  }
  return undefined
}
