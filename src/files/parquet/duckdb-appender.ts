/**
 * Appends rows of typed columns to a DuckDB table, in chunks of 2,048. List items are stored as doubles and texts, and cast when they are
 * read out.
 *
 * Numbers are DOUBLE, int and duration BIGINT, timestamp TIMESTAMPTZ (UTC). Integers have their final type from the start: for the bounds
 * of a double column DuckDB tests each value for NaN, which takes as long as all the rest.
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  listValue,
  LIST,
  TIMESTAMPTZ,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBType,
} from '@duckdb/node-api'
import { assert } from '../../base/index.ts'
import { type Strings, NO_UTF8 } from '../../columns/index.ts'
import type { ColumnType } from '../../define/ir/index.ts'
import { duckdbBindings, sqlIdentifier } from './duckdb.ts'
import type { OutputColumn, OutputValues } from '../io/output-table.ts'
import { TEXT_CELL_BYTES, INLINE_TEXT_BYTES } from './duckdb-vectors.ts'

export const DUCKDB_CHUNK_ROWS = 2048

const WORD = 2 ** 32
const MICROS = 1000

/** Buffer of one column of a chunk, before it is copied into a vector. */
const cells = new Uint8Array(DUCKDB_CHUNK_ROWS * TEXT_CELL_BYTES)
const cellWords = new Uint32Array(cells.buffer)
const halves = new Int32Array(cells.buffer)

const duckdbTypes: Partial<Record<ColumnType, DuckDBType>> = {
  bool: BOOLEAN,
  int: BIGINT,
  duration: BIGINT,
  timestamp: TIMESTAMPTZ,
  string: VARCHAR,
}

/** Type of a column in the table. */
export function storedType({ type, list }: OutputColumn): DuckDBType {
  if (list) return LIST(type === 'string' ? VARCHAR : DOUBLE)
  return duckdbTypes[type] ?? DOUBLE
}

/** SQL expression that converts the stored form to the column's type; `storedName` is the column's name in the table. */
export function castExpression({ name, type, list }: OutputColumn, storedName = sqlIdentifier(name)): string {
  const item =
    type === 'bool'
      ? 'x = 1'
      : type === 'timestamp'
        ? 'make_timestamptz(x::BIGINT * 1000)'
        : `x::${(duckdbTypes[type] ?? DOUBLE).toString()}`
  return `${list ? `list_transform(${storedName}, lambda x: ${item})` : storedName} AS ${sqlIdentifier(name)}`
}

/** A reusable chunk for rows of these columns: creating one costs as much as filling it. */
export const createChunk = (columns: readonly OutputColumn[]): DuckDBDataChunk => DuckDBDataChunk.create(columns.map(storedType))

/** Appends rows [from, to) of the columns, at most `DUCKDB_CHUNK_ROWS`, through a chunk of these columns. */
export function appendRows(
  appender: DuckDBAppender,
  chunk: DuckDBDataChunk,
  columns: readonly OutputColumn[],
  values: readonly OutputValues[],
  strings: Strings,
  from: number,
  to: number,
): void {
  chunk.reset()
  chunk.rowCount = to - from
  columns.forEach((column, index) => {
    if (column.list) chunk.setColumnValues(index, listsOf(values[index], column, strings, from, to))
    else writeColumn(chunk, index, column, values[index], strings, from, to)
  })
  appender.appendDataChunk(chunk)
}

function writeColumn(
  chunk: DuckDBDataChunk,
  index: number,
  { type }: OutputColumn,
  column: OutputValues,
  strings: Strings,
  from: number,
  to: number,
): void {
  const vector = duckdbBindings.data_chunk_get_vector(chunk.chunk, index)
  const { values, nulls } = column
  if (nulls?.subarray(from, to).includes(1)) writeValidity(vector, nulls.subarray(from, to))
  if (type === 'string') return writeTexts(vector, column, strings, from, to)
  if (type === 'bool') return writeBools(vector, values, from, to)
  if (duckdbTypes[type]) return writeIntegers(vector, column, from, to, type === 'timestamp' ? MICROS : 1)
  const numbers = values instanceof Float64Array ? values.subarray(from, to) : Float64Array.from(values.subarray(from, to))
  duckdbBindings.copy_data_to_vector(vector, 0, numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength)
}

type Vector = ReturnType<typeof duckdbBindings.data_chunk_get_vector>

/** Writes short texts in the vector's own format: a call into DuckDB for each text takes thirty times as long. */
function writeTexts(vector: Vector, { values, nulls }: OutputValues, strings: Strings, from: number, to: number): void {
  const longRows: number[] = []
  cells.fill(0)
  for (let row = from, at = 0; row < to; row++, at += TEXT_CELL_BYTES) {
    if (nulls?.[row] === 1) continue
    const id = values[row]
    const length = strings.lengthOf(id)
    if (length <= INLINE_TEXT_BYTES) {
      cellWords[at / 4] = length
      strings.copy(id, cells, at + 4)
    }
    if (length > INLINE_TEXT_BYTES || (length > 0 && cells[at + 4] === NO_UTF8)) longRows.push(row)
  }
  duckdbBindings.copy_data_to_vector(vector, 0, cells.buffer, 0, (to - from) * TEXT_CELL_BYTES)
  for (const row of longRows) duckdbBindings.vector_assign_string_element(vector, row - from, strings.textOf(values[row]))
}

function writeBools(vector: Vector, values: OutputValues['values'], from: number, to: number): void {
  for (let row = from; row < to; row++) cells[row - from] = values[row] === 1 ? 1 : 0
  duckdbBindings.copy_data_to_vector(vector, 0, cells.buffer, 0, to - from)
}

/** Writes integers as 64 bits, low half first. */
function writeIntegers(vector: Vector, { values, nulls }: OutputValues, from: number, to: number, factor: number): void {
  for (let row = from, at = 0; row < to; row++, at += 2) {
    const value = values[row] * factor
    const low = value | 0
    if (value === low) {
      halves[at] = low
      halves[at + 1] = low >> 31
      continue
    }
    assert(Number.isSafeInteger(value) || nulls?.[row] === 1, 'a column of whole numbers has no other')
    const high = Math.floor(value / WORD)
    halves[at] = value - high * WORD
    halves[at + 1] = high
  }
  duckdbBindings.copy_data_to_vector(vector, 0, cells.buffer, 0, (to - from) * 8)
}

/** Writes one bit a row, 1 for a value. */
function writeValidity(vector: Vector, nulls: Uint8Array): void {
  const bits = new Uint8Array(Math.ceil(nulls.length / 64) * 8)
  for (let row = 0; row < nulls.length; row++) if (nulls[row] !== 1) bits[row >> 3] |= 1 << (row & 7)
  duckdbBindings.vector_ensure_validity_writable(vector)
  duckdbBindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength)
}

function listsOf({ values, nulls, counts, width = 1 }: OutputValues, { type }: OutputColumn, strings: Strings, from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => {
    const row = from + i
    if (nulls?.[row] === 1) return null
    const items = Array.from(values.subarray(row * width, row * width + (counts?.[row] ?? 0)))
    return listValue(type === 'string' ? items.map(id => strings.textOf(id)) : items)
  })
}
