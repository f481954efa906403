/**
 * A table as Parquet, through DuckDB: chunks of 2,048 rows go into a table of an instance of its own, as doubles and texts, which is
 * cast and written when it is complete. The file appears whole or not at all.
 *
 * Numbers are DOUBLE, int and duration BIGINT, timestamp TIMESTAMPTZ (UTC). DuckDB holds some 8 bytes a value, up to PARQUET_VALUES_HELD values.
 */
import { rename, rm } from 'node:fs/promises'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, listValue, LIST, VARCHAR, type DuckDBAppender, type DuckDBType } from '@duckdb/node-api'
import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { bindings } from './bindings.ts'
import { identifier, quoted, scanned } from './duckdb.ts'
import { fileError, shownPath, systemError } from './file-error.ts'
import { TextSink } from './sink.ts'
import type { OutputColumn, OutputValues, TableWriter } from './table.ts'

const CHUNK_ROWS = 2048

/** `valuesHeld`: how many are held before they are written to a part of the file; the parts become one file when it is complete. */
export async function openParquetTable(
  path: string,
  columns: readonly OutputColumn[],
  strings: Strings,
  valuesHeld: number = limits.PARQUET_VALUES_HELD,
): Promise<TableWriter> {
  const whole = `${path}.part`
  new TextSink(whole, path).close() // A path that cannot be written is said before the work, not after.
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const types = columns.map(keptType)
  const kept = columns.map(({ name }, i) => `${identifier(name)} ${types[i].toString()}`).join(', ')
  const parts: string[] = []
  let appender: DuckDBAppender
  let rows = 0
  const begin = async () => {
    await connection.run(`CREATE OR REPLACE TABLE rows (${kept})`)
    appender = await connection.createAppender('rows')
    rows = 0
  }
  const copy = (select: string, to: string) => connection.run(`COPY (${select}) TO ${quoted(to)} (FORMAT parquet)`)
  const writeRows = async (to: string) => {
    appender.closeSync()
    await copy(`SELECT ${columns.map(cast).join(', ')} FROM rows`, to)
  }
  const free = async () => {
    connection.closeSync()
    instance.closeSync()
    for (const each of [whole, ...parts]) await rm(each, { force: true })
  }
  await begin()
  return {
    async write(length, values) {
      for (let from = 0; from < length; from += CHUNK_ROWS) {
        const to = Math.min(length, from + CHUNK_ROWS)
        appendRows(appender, columns, types, values, strings, from, to)
        rows += to - from
        if (rows * columns.length < valuesHeld) continue
        parts.push(`${whole}${parts.length + 1}`)
        await writeRows(parts.at(-1)!).catch((error: unknown) => {
          throw writeError(path, error)
        })
        await begin()
      }
    },
    async close() {
      try {
        if (parts.length === 0) await writeRows(whole)
        else {
          parts.push(`${whole}${parts.length + 1}`)
          await writeRows(parts.at(-1)!)
          await copy(`SELECT * FROM read_parquet([${parts.map(scanned).join(', ')}])`, whole)
        }
        await rename(whole, path)
      } catch (error) {
        throw writeError(path, error)
      } finally {
        await free()
      }
    },
    discard: free,
  }
}

function keptType({ type, list }: OutputColumn): DuckDBType {
  const value = type === 'string' ? VARCHAR : DOUBLE
  return list ? LIST(value) : value
}

/** From the doubles that were appended to the column's type. */
function cast({ name, type, list }: OutputColumn): string {
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
  const column = identifier(name)
  return `${list ? `list_transform(${column}, lambda x: ${one('x')})` : one(column)} AS ${column}`
}

function appendRows(
  appender: DuckDBAppender,
  columns: readonly OutputColumn[],
  types: readonly DuckDBType[],
  values: readonly OutputValues[],
  strings: Strings,
  from: number,
  to: number,
): void {
  const chunk = DuckDBDataChunk.create(types, to - from)
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
  if (nulls) writeValidity(vector, nulls.subarray(from, to))
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

function writeError(path: string, error: unknown): Error {
  if (typeof (error as NodeJS.ErrnoException).code === 'string') return systemError(path, error)
  return fileError(path, `cannot be written: ${(error as Error).message.replaceAll(path, () => shownPath(path))}`, error)
}
