/**
 * Rows of typed columns into a table of DuckDB, in chunks of 2,048: as doubles and texts, which are cast when they leave it.
 *
 * Numbers are DOUBLE, int and duration BIGINT, timestamp TIMESTAMPTZ (UTC).
 */
import { DOUBLE, DuckDBDataChunk, listValue, LIST, VARCHAR, type DuckDBAppender, type DuckDBType } from '@duckdb/node-api'
import type { Strings } from '../columns/strings.ts'
import { bindings } from './bindings.ts'
import { identifier } from './duckdb.ts'
import type { OutputColumn, OutputValues } from './table.ts'

export const CHUNK_ROWS = 2048

/** What a column is in the table. */
export function keptType({ type, list }: OutputColumn): DuckDBType {
  const value = type === 'string' ? VARCHAR : DOUBLE
  return list ? LIST(value) : value
}

/** From the doubles that were appended to the column's type; `kept`: what the column is called in the table. */
export function cast({ name, type, list }: OutputColumn, kept = identifier(name)): string {
  const one = (value: string) => {
    switch (type) {
      case 'bool':
        return `${value} = 1`
      case 'int':
      case 'duration':
        return `${value}::BIGINT`
      case 'timestamp':
        return `make_timestamptz(${value}::BIGINT * 1000)`
      default:
        return value
    }
  }
  return `${list ? `list_transform(${kept}, lambda x: ${one('x')})` : one(kept)} AS ${identifier(name)}`
}

/** What rows of these columns go through, again and again: making one costs as much as filling it. */
export const chunkFor = (columns: readonly OutputColumn[]): DuckDBDataChunk => DuckDBDataChunk.create(columns.map(keptType))

/** Appends rows [from, to) of the columns, at most `CHUNK_ROWS`, through a chunk of theirs. */
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
  const vector = bindings.data_chunk_get_vector(chunk.chunk, index)
  const { values, nulls } = column
  if (nulls?.subarray(from, to).includes(1)) writeValidity(vector, nulls.subarray(from, to))
  if (type === 'string') {
    for (let row = from; row < to; row++)
      if (nulls?.[row] !== 1) bindings.vector_assign_string_element(vector, row - from, strings.textOf(values[row]))
    return
  }
  const numbers = values instanceof Float64Array ? values.subarray(from, to) : Float64Array.from(values.subarray(from, to))
  bindings.copy_data_to_vector(vector, 0, numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength)
}

/** A bit a row, 1 where there is a value. */
function writeValidity(vector: ReturnType<typeof bindings.data_chunk_get_vector>, nulls: Uint8Array): void {
  const bits = new Uint8Array(Math.ceil(nulls.length / 64) * 8)
  for (let row = 0; row < nulls.length; row++) if (nulls[row] !== 1) bits[row >> 3] |= 1 << (row & 7)
  bindings.vector_ensure_validity_writable(vector)
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength)
}

function listsOf({ values, nulls, counts, width = 1 }: OutputValues, { type }: OutputColumn, strings: Strings, from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => {
    const row = from + i
    if (nulls?.[row] === 1) return null
    const items = Array.from(values.subarray(row * width, row * width + (counts?.[row] ?? 0)))
    return listValue(type === 'string' ? items.map(id => strings.textOf(id)) : items)
  })
}
