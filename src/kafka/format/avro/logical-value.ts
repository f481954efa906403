/**
 * Values of Avro's types as the records of a source have them.
 *
 * As in Parquet files, a decimal of up to 15 digits is a number and a longer one a text, a time with a zone is UTC milliseconds, and a
 * fraction of a millisecond is rounded toward the past. A date and a local time are texts without an offset, which a column reads in its
 * zone. Bytes are Base64.
 */
import { DAY_MS } from '../../../base/index.ts'
import type { AvroType } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'

/** Converts the value of the physical type. */
export type ConvertValue = (raw: never, cursor: BinaryCursor) => unknown

type Whole = number | bigint

const DATE_MS_MAX = 8.64e15
/** Digits that a double holds exactly. */
const NUMBER_DIGITS = 15
/** No column holds a decimal of so many bytes or digits; a text of it would take long. */
const DECIMAL_BYTES_MAX = 64
const DECIMAL_DIGITS_MAX = 200

/** The conversion of a type without parts; `undefined` if its value stays as it is. */
export function conversionOf(type: AvroType): ConvertValue | undefined {
  const logical = 'logical' in type ? type.logical : undefined
  switch (logical) {
    case 'date':
      return (days: number) => localText(days * DAY_MS, true)
    case 'time-micros':
    case 'timestamp-micros':
      return (micros: Whole) => floorDivided(micros, 1000)
    case 'timestamp-nanos':
      return (nanos: Whole) => floorDivided(nanos, 1_000_000)
    case 'local-timestamp-millis':
      return (ms: Whole) => localText(ms, false)
    case 'local-timestamp-micros':
      return (micros: Whole) => localText(floorDivided(micros, 1000), false)
    case 'local-timestamp-nanos':
      return (nanos: Whole) => localText(floorDivided(nanos, 1_000_000), false)
    case 'uuid':
      return type.kind === 'fixed' ? uuidText : undefined
    case 'duration':
      return (bytes: Buffer) => ({ months: bytes.readUInt32LE(0), days: bytes.readUInt32LE(4), milliseconds: bytes.readUInt32LE(8) })
    default: {
      const [, precision, scale] = /^decimal\((\d+), (\d+)\)$/.exec(logical ?? '') ?? []
      if (precision !== undefined) return decimalConversion(Number(precision), Number(scale))
      return type.kind === 'bytes' || type.kind === 'fixed' ? (bytes: Buffer) => bytes.toString('base64') : undefined
    }
  }
}

/** Quotient, rounded toward the past; a bigint beyond 2^53. */
function floorDivided(value: Whole, by: number): Whole {
  if (typeof value === 'number') return Math.floor(value / by)
  const divisor = BigInt(by)
  const quotient = value / divisor - (value % divisor < 0n ? 1n : 0n)
  return Number.isSafeInteger(Number(quotient)) ? Number(quotient) : quotient
}

/** A wall clock's time as ISO 8601 without an offset. */
function localText(ms: Whole, isDate: boolean): string {
  if (typeof ms === 'bigint' || Math.abs(ms) > DATE_MS_MAX) return `${ms} ms after 1970-01-01`
  const text = new Date(ms).toISOString()
  return text.slice(0, isDate ? text.indexOf('T') : -1)
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A decimal: its scaled integer in two's complement, the highest byte first. */
function decimalConversion(precision: number, scale: number): ConvertValue {
  return (bytes: Buffer, cursor: BinaryCursor) => {
    if (scale > DECIMAL_DIGITS_MAX) cursor.fail(`a decimal with ${scale} digits after the point, more than ${DECIMAL_DIGITS_MAX}`)
    const isNegative = bytes.length > 0 && bytes[0] >= 0x80
    let first = 0
    while (first < bytes.length - 1 && bytes[first] === (isNegative ? 0xff : 0)) first++
    const digits = bytes.subarray(first)
    if (digits.length > DECIMAL_BYTES_MAX) cursor.fail(`a decimal of ${digits.length} bytes, more than ${DECIMAL_BYTES_MAX}`)
    const magnitude = BigInt(`0x${digits.toString('hex') || '0'}`)
    const unscaled = isNegative ? magnitude - (1n << BigInt(8 * digits.length)) : magnitude
    const text = decimalNotation(unscaled, scale)
    return precision <= NUMBER_DIGITS && String(unscaled).replace('-', '').length <= NUMBER_DIGITS ? Number(text) : text
  }
}

function decimalNotation(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`
}
