/**
 * One JSON record, without what `JSON.parse` does silently: it rounds long numbers, keeps the last of two fields with one name, and
 * has no bound on depth.
 *
 * One look at the bytes (about 1 ns each) counts depth, fields and digits; only records that need a second look get one.
 */
import { limits } from '../base/limits.ts'
import { Fault } from './refusal.ts'

export interface JsonRecord {
  readonly value: unknown
  /** Fields whose fraction has more digits than a double holds, as written. */
  readonly inexact?: ReadonlyMap<string, string>
}

interface Shape {
  depth: number
  /** Fields of the outermost object. */
  fields: number
  /** Some number has more than fifteen digits, which a double may not hold. */
  longNumber: boolean
}

const DOUBLE_DIGITS = 15
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const POINT = 0x2e

/** Decodes well-formed UTF-8 `bytes[start, end)`, or says why not. */
export function parseRecord(bytes: Buffer, start: number, end: number): JsonRecord | Fault {
  const shape = shapeOf(bytes, start, end)
  if (shape.depth > limits.JSON_DEPTH_MAX)
    return new Fault(`JSON nested ${shape.depth} deep, more than ${limits.JSON_DEPTH_MAX} (JSON_DEPTH_MAX)`)
  const text = bytes.toString('utf8', start, end)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return new Fault(`not JSON: ${(error as Error).message}`)
  }
  if (isObject(value) && Object.keys(value).length !== shape.fields) return new Fault('a field stands twice in the record')
  return shape.longNumber ? withoutRounding(text, value) : { value }
}

function shapeOf(bytes: Buffer, start: number, end: number): Shape {
  const shape = { depth: 0, fields: 0, longNumber: false }
  let depth = 0
  let digits = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) {
      i = closingQuote(bytes, i + 1, end)
    } else if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > DOUBLE_DIGITS) shape.longNumber = true
      continue
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > shape.depth) shape.depth = depth
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    } else if (byte === COLON && depth === 1) {
      shape.fields++
    }
    if (byte !== POINT) digits = 0
  }
  return shape
}

function closingQuote(bytes: Buffer, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte === BACKSLASH) i++
  }
  return end
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Refuses whole numbers that are rounded, wherever they stand; notes rounded fractions of the record's own fields. */
function withoutRounding(text: string, value: unknown): JsonRecord | Fault {
  const rounded: { holder: unknown; field: string; source: string }[] = []
  const root = JSON.parse(text, function (this: unknown, field: string, found: unknown, context?: { source?: string }) {
    const source = context?.source
    if (typeof found === 'number' && source !== undefined && digitsOf(source) !== digitsOf(String(found)))
      rounded.push({ holder: this, field, source })
    return found
  })
  const whole = rounded.find(({ source }) => /^-?\d+$/.test(source))
  if (whole) return new Fault(`'${whole.field}' is ${whole.source}, which JSON numbers cannot hold exactly (beyond 2^53); write it as text`)
  return { value, inexact: new Map(rounded.filter(({ holder }) => holder === root).map(({ field, source }) => [field, source])) }
}

/** The significant digits of a number as written: those of 0.0120 and of 12 are `12`. */
function digitsOf(source: string): string {
  const [mantissa] = source.toLowerCase().split('e') as [string]
  return mantissa.replace(/[-.]/g, '').replace(/^0+|0+$/g, '')
}
