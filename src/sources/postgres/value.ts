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
import { scaledInteger } from '../../base/index.ts'
import type { ColumnIR } from '../../define/ir/index.ts'
import { parseJsonRecord, Fault } from '../../intake/index.ts'
import { intervalMs } from './interval.ts'

export type ValueReader = (text: string) => unknown

/** `type` is the number of a type that is not a domain; `column` the column that takes the value, or `undefined` for a `map`. */
export function valueReader(type: number, column: ColumnIR | undefined): ValueReader {
  if (column?.type === 'string') return text => text
  switch (type) {
    case 16:
      return text => text === 't'
    case 20:
    case 21:
    case 23:
    case 26:
      return parseInteger
    case 700:
    case 701:
      return parseDouble
    case 1700:
      return numericReader(column)
    case 1082:
    case 1114:
    case 1184:
      return parseIso
    case 1186:
      return text => intervalMs(text) ?? text
    case 114:
    case 3802:
      return column?.type === 'double' ? text => parseJson(text, true) : text => parseJson(text, false)
    default:
      return text => text
  }
}

function parseInteger(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

function numericReader(column: ColumnIR | undefined): ValueReader {
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
