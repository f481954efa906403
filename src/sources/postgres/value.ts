/**
 * Converts a value in PostgreSQL's text format (with the session settings of `client.ts`) to a value that a source's validator accepts, or
 * that its `map` gets.
 *
 * - bool: true or false
 * - smallint, integer, bigint, oid: a number; beyond ±(2^53−1) its digits
 * - real, double precision: a number; NaN and infinities, which JSON lacks, stay text
 * - numeric: its digits, for a decimal; the nearest number for a double column; a number for an int column
 * - timestamptz: ISO 8601 in UTC
 * - timestamp, date: ISO 8601 without an offset, in the zone of the source's column
 * - interval: milliseconds, a day being 24 h; with months, unchanged text
 * - json, jsonb: its value; rejected if a number has more digits than a double holds, except for a double column
 * - any other type (text, uuid, enums, arrays, bytea, …): unchanged text
 *
 * A string column takes every type as unchanged text.
 */
import { scaledInteger, DAY_MS } from '../../base/index.ts'
import type { ColumnIR } from '../../define/ir/index.ts'
import { parseJsonRecord, Fault } from '../../intake/index.ts'

/** Numbers of types (`pg_type.oid`), the same in every database. */
export const typeOids = {
  BOOL: 16,
  INT8: 20,
  INT2: 21,
  INT4: 23,
  TEXT: 25,
  OID: 26,
  JSON: 114,
  FLOAT4: 700,
  FLOAT8: 701,
  VARCHAR: 1043,
  DATE: 1082,
  TIMESTAMP: 1114,
  TIMESTAMPTZ: 1184,
  INTERVAL: 1186,
  NUMERIC: 1700,
  JSONB: 3802,
  XID8: 5069,
} as const

export type TextConverter = (text: string) => unknown

/** `type` is the number of a type that is not a domain; `column` the column that takes the value, or `undefined` for a `map`. */
export function textConverter(type: number, column: ColumnIR | undefined): TextConverter {
  if (column?.type === 'string') return text => text
  switch (type) {
    case typeOids.BOOL:
      return text => text === 't'
    case typeOids.INT8:
    case typeOids.INT2:
    case typeOids.INT4:
    case typeOids.OID:
      return parseInteger
    case typeOids.FLOAT4:
    case typeOids.FLOAT8:
      return parseDouble
    case typeOids.NUMERIC:
      return numericConverter(column)
    case typeOids.DATE:
    case typeOids.TIMESTAMP:
    case typeOids.TIMESTAMPTZ:
      return parseIso
    case typeOids.INTERVAL:
      return text => intervalMs(text) ?? text
    case typeOids.JSON:
    case typeOids.JSONB:
      return text => parseJson(text, column?.type === 'double')
    default:
      return text => text
  }
}

function parseInteger(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

function numericConverter(column: ColumnIR | undefined): TextConverter {
  switch (column?.type) {
    case undefined:
    case 'decimal':
      return text => text
    case 'double':
      return Number
    default:
      return text => scaledInteger(text, 0) ?? text
  }
}

/** `2026-01-01 12:00:00.5+00` → `2026-01-01T12:00:00.5Z`. Infinities and years before Christ stay unchanged, and are rejected later. */
const parseIso = (text: string): string =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00)?$/.test(text) ? text.replace(' ', 'T').replace('+00', 'Z') : text

/** Values that JSON lacks stay text: the copy of a table is JSON, and must give the same values as changes. */
function parseDouble(text: string): number | string {
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  return value === 0 ? 0 : value
}

function parseJson(text: string, isNearest: boolean): unknown {
  const bytes = Buffer.from(text)
  const parsed = parseJsonRecord(bytes, 0, bytes.length)
  if (parsed instanceof Fault) return parsed
  return parsed.rounded === undefined || isNearest
    ? parsed.value
    : new Fault(`${parsed.rounded}, which has more digits than a JSON number holds; write it as text`)
}

/** Converts an interval in PostgreSQL's format to milliseconds: `1 day 02:03:04.5`, `-00:00:01`. */
const intervalPattern = /^(?:(-?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/

/** `undefined` for months and years, which have no fixed length, and for fractions of a millisecond. */
export function intervalMs(text: string): number | undefined {
  const match = intervalPattern.exec(text)
  if (!match || text === '') return undefined
  const [, days = '0', sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const digits = fraction.padEnd(6, '0')
  if (!digits.endsWith('000')) return undefined
  const time = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(digits.slice(0, 3))
  const ms = Number(days) * DAY_MS + (sign === '-' ? -time : time)
  return Number.isSafeInteger(ms) ? ms + 0 : undefined
}
