/**
 * A value as PostgreSQL shows it (the session's settings are those of `client.ts`) as one that the door of a source takes, or that its `map` gets.
 *
 * | type | is |
 * | --- | --- |
 * | bool | true or false |
 * | smallint, integer, bigint, oid | a number; beyond ±(2^53−1) its digits |
 * | real, double precision | a number; NaN and the infinities, which JSON has not, as they are shown |
 * | numeric | its digits, as a decimal takes them; the nearest number where the column is a double, the same where it is an int |
 * | timestamptz | ISO 8601 in UTC |
 * | timestamp, date | ISO 8601 without an offset: of the zone of the source's column |
 * | interval | milliseconds, a day being 24 h; with months, as it is shown |
 * | json, jsonb | what it holds; refused where a number has more digits than JavaScript's, unless it is for a double |
 * | anything else (text, uuid, enums, arrays, bytea, …) | as it is shown |
 *
 * A string column takes every type as it is shown.
 */
import { scaledInteger } from '../base/exact.ts'
import type { ColumnIR } from '../define/ir/ir.ts'
import { parseRecord } from '../intake/json.ts'
import { Fault } from '../intake/refusal.ts'
import { intervalMs } from './interval.ts'

export type ValueReader = (text: string) => unknown

/** `type` is the number of a type that is no domain; `column` the one that takes the value, unless a `map` does. */
export function valueReader(type: number, column: ColumnIR | undefined): ValueReader {
  if (column?.type === 'string') return text => text
  switch (type) {
    case 16:
      return text => text === 't'
    case 20:
    case 21:
    case 23:
    case 26:
      return wholeOf
    case 700:
    case 701:
      return doubleOf
    case 1700:
      return numericReader(column)
    case 1082:
    case 1114:
    case 1184:
      return isoOf
    case 1186:
      return text => intervalMs(text) ?? text
    case 114:
    case 3802:
      return column?.type === 'double' ? text => jsonOf(text, true) : text => jsonOf(text, false)
    default:
      return text => text
  }
}

function wholeOf(text: string): number | string {
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

/** `2026-01-01 12:00:00.5+00` → `2026-01-01T12:00:00.5Z`. Infinities and years before Christ stay what they are, and are refused. */
const isoOf = (text: string): string =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00)?$/.test(text) ? text.replace(' ', 'T').replace('+00', 'Z') : text

/** The copy of a table is JSON, and what it cannot say must not come as something else from there than from changes. */
function doubleOf(text: string): number | string {
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  return value === 0 ? 0 : value
}

function jsonOf(text: string, isNearest: boolean): unknown {
  const bytes = Buffer.from(text)
  const parsed = parseRecord(bytes, 0, bytes.length)
  if (parsed instanceof Fault) return parsed
  return parsed.rounded === undefined || isNearest
    ? parsed.value
    : new Fault(`${parsed.rounded}, which has more digits than a JSON number holds; write it as text`)
}
