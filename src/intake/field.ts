/**
 * Converts a raw value to the physical value of its column, exactly or not at all (semantics, types).
 *
 * A reader is created once for a column and a file. It returns a number (a bool is 0 or 1), a string, or a `Fault`; the caller handles
 * missing values and NULL. With `text` (CSV), values of every type may be text.
 */
import { limits, scaledInteger, spanMs, inOneLine, didYouMean } from '../base/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import { parseInstant } from './instant.ts'
import { Fault } from './rejection.ts'
import { hasMoreBytes } from './text-limits.ts'
import { timeZoneOf } from './zone.ts'

export type FieldReader = (raw: unknown) => number | string | Fault

export interface FieldFormat {
  readonly text: boolean
  /** Numbers of this timestamp column are wall-clock milliseconds, to be read in the column's zone. */
  readonly zoneless: boolean
}

export function fieldReader(column: ColumnIR, reading: FieldFormat): FieldReader {
  switch (column.type) {
    case 'int':
      return withBounds(column, raw => (reading.text && typeof raw === 'string' ? scaledInteger(raw.trim(), 0) : intOf(raw)))
    case 'decimal':
      return withBounds(column, raw => decimalOf(reading.text ? trimmed(raw) : raw, column.scale ?? 0))
    case 'double':
      return withBounds(column, raw => doubleOf(reading.text ? numberText(raw) : raw))
    case 'timestamp':
      return withBounds(column, timestampReader(column, reading))
    case 'duration':
      return withBounds(column, raw => spanMs(reading.text ? wholeText(raw) : raw))
    case 'bool':
      return raw => boolOf(column, reading.text ? boolText(raw) : raw)
    default:
      return column.values ? enumReader(column, column.values) : stringReader(column)
  }
}

/** Adds the checks common to all numbers: a number of the right type, no −0, the declared bounds. */
function withBounds(column: ColumnIR, read: (raw: unknown) => number | undefined): FieldReader {
  const { min = -Infinity, max = Infinity } = column
  return raw => {
    const value = read(raw)
    if (value === undefined) return wrongType(column, raw)
    if (value < min || value > max) return new Fault(`'${column.name}' is ${displayValue(raw)}, outside ${boundsText(column)}`)
    return value + 0
  }
}

function intOf(raw: unknown): number | undefined {
  const value = typeof raw === 'bigint' ? Number(raw) : raw
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function decimalOf(raw: unknown, scale: number): number | undefined {
  if (typeof raw === 'number') return scaledNumber(raw, scale)
  return typeof raw === 'string' || typeof raw === 'bigint' ? scaledInteger(String(raw), scale) : undefined
}

/**
 * Scales a double, read as its shortest decimal text. Up to fifteen digits no two decimals share a double. So the rounded product is exact
 * if it divides back to the number; all other numbers are parsed as text.
 */
function scaledNumber(value: number, scale: number): number | undefined {
  const power = 10 ** scale
  const scaled = Math.round(value * power)
  return Math.abs(scaled) < 1e15 && scaled / power === value ? scaled : scaledInteger(value, scale)
}

function doubleOf(raw: unknown): number | undefined {
  if (typeof raw === 'bigint') return BigInt(Number(raw)) === raw ? Number(raw) : undefined
  return Number.isFinite(raw) ? (raw as number) : undefined
}

/** Greatest local time, ms: less than a day from UTC. The rules of zones end far behind it. */
const LOCAL_MAX = limits.TIME_MS_MAX + 86_400_000

function timestampReader({ zone }: ColumnIR, { text, zoneless }: FieldFormat): (raw: unknown) => number | undefined {
  const toUtc = zoneless && zone !== undefined && zone !== 'UTC' ? (local: number) => timeZoneOf(zone).utcOf(local) : (ms: number) => ms
  return raw => {
    const value = text ? wholeText(raw) : raw
    let ms: unknown
    if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= LOCAL_MAX) ms = toUtc(value)
    else if (typeof value === 'string') ms = parseInstant(value, zone)
    else if (value instanceof Date) ms = value.getTime()
    return typeof ms === 'number' && Math.abs(ms) <= limits.TIME_MS_MAX ? ms : undefined
  }
}

function boolOf(column: ColumnIR, raw: unknown): number | Fault {
  return typeof raw === 'boolean' ? Number(raw) : wrongType(column, raw)
}

function stringReader(column: ColumnIR): FieldReader {
  const { name, maxBytes = limits.TEXT_BYTES_MAX } = column
  return raw => {
    if (typeof raw !== 'string') return wrongType(column, raw)
    if (hasMoreBytes(raw, maxBytes))
      return new Fault(
        `'${name}' has ${Buffer.byteLength(raw)} bytes of UTF-8, and takes at most ${maxBytes}; t.string({ maxBytes }) allows more`,
      )
    return raw.isWellFormed() ? raw : new Fault(`'${name}' is not well-formed text: it contains half of a surrogate pair`)
  }
}

function enumReader(column: ColumnIR, values: readonly string[]): FieldReader {
  const allowed = new Set<unknown>(values)
  return raw => {
    if (allowed.has(raw)) return raw as string
    return typeof raw === 'string'
      ? new Fault(`'${column.name}' has no value ${displayValue(raw)}${didYouMean(raw, values)}`)
      : wrongType(column, raw)
  }
}

const trimmed = (raw: unknown): unknown => (typeof raw === 'string' ? raw.trim() : raw)

/**
 * Converts integer text to a number; trims other text. A number beyond ±(2^53−1) stays out of range and is rejected, so nothing is rounded.
 */
const wholeText = (raw: unknown): unknown => textAs(/^-?\d+$/, raw)

/** Converts decimal text to the nearest double; trims other text. */
const numberText = (raw: unknown): unknown => textAs(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/, raw)

function textAs(form: RegExp, raw: unknown): unknown {
  const text = trimmed(raw)
  return typeof text === 'string' && form.test(text) ? Number(text) : text
}

function boolText(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const text = raw.trim().toLowerCase()
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : raw
}

const expectedValues = {
  int: 'an int within ±(2^53−1)',
  double: 'a finite number',
  timestamp: 'a time (ISO 8601, integer UTC ms or a Date) within ±2^43 ms',
  duration: `a duration (integer ms, or text such as '5m')`,
  bool: 'true or false',
  string: 'a string',
} as const

function wrongType(column: ColumnIR, raw: unknown): Fault {
  const expected =
    column.type === 'decimal'
      ? `a decimal with at most ${column.scale ?? 0} digits after the point, within 2^53 when scaled`
      : expectedValues[column.type]
  return new Fault(`'${column.name}' needs ${expected}, got ${displayValue(raw)}`)
}

/** The declared bounds, in the units of the user's column. */
function boundsText({ min, max, type, scale = 0 }: ColumnIR): string {
  const text = (bound: number | undefined, unbounded: string) =>
    bound === undefined
      ? unbounded
      : type === 'decimal'
        ? String(bound / 10 ** scale)
        : type === 'timestamp'
          ? new Date(bound).toISOString()
          : String(bound)
  return `[${text(min, '−∞')}, ${text(max, '∞')}]`
}

const SHOWN_MAX = 60

/** A value for a message, shortened. */
export function displayValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  const text =
    typeof value === 'string'
      ? `'${inOneLine(value.slice(0, SHOWN_MAX + 1))}'`
      : typeof value === 'object' && value !== null
        ? jsonOf(value)
        : String(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    return Array.isArray(value) ? 'an array' : 'an object'
  }
}
