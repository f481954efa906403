/**
 * Writes a table as Parquet, through DuckDB. Rows go into a table of a separate instance, which is cast and written when it is complete.
 * The file appears whole or not at all. DuckDB holds some 8 bytes a value, up to PARQUET_VALUES_HELD values.
 */
import { rename, rm } from 'node:fs/promises'
import { DuckDBInstance, type DuckDBAppender } from '@duckdb/node-api'
import { limits } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import { appendRows, castExpression, createChunk, DUCKDB_CHUNK_ROWS, storedType } from './duckdb-append.ts'
import { sqlIdentifier, sqlLiteral, parquetPathLiteral } from './duckdb.ts'
import { fileError, displayPath, systemError } from '../file-error.ts'
import { TextSink } from '../text-sink.ts'
import type { OutputColumn, TableWriter } from '../table-writer.ts'

/** `valuesHeld`: values in memory before they are written to a part file; the parts become one file at the end. */
export async function openParquetTable(
  path: string,
  columns: readonly OutputColumn[],
  strings: Strings,
  valuesHeld: number = limits.PARQUET_VALUES_HELD,
): Promise<TableWriter> {
  const temporary = `${path}.part`
  new TextSink(temporary, path).close() // Reports an unwritable path before the work.
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const chunk = createChunk(columns)
  const definitions = columns.map(column => `${sqlIdentifier(column.name)} ${storedType(column).toString()}`).join(', ')
  const parts: string[] = []
  let appender: DuckDBAppender
  let rows = 0
  const begin = async () => {
    await connection.run(`CREATE OR REPLACE TABLE rows (${definitions})`)
    appender = await connection.createAppender('rows')
    rows = 0
  }
  const copy = (select: string, to: string) => connection.run(`COPY (${select}) TO ${sqlLiteral(to)} (FORMAT parquet)`)
  const writeRows = async (to: string) => {
    appender.closeSync()
    await copy(`SELECT ${columns.map(column => castExpression(column)).join(', ')} FROM rows`, to)
  }
  const cleanUp = async () => {
    connection.closeSync()
    instance.closeSync()
    for (const file of [temporary, ...parts]) await rm(file, { force: true })
  }
  await begin()
  return {
    async write(length, values) {
      for (let from = 0; from < length; from += DUCKDB_CHUNK_ROWS) {
        const to = Math.min(length, from + DUCKDB_CHUNK_ROWS)
        appendRows(appender, chunk, columns, values, strings, from, to)
        rows += to - from
        if (rows * columns.length < valuesHeld) continue
        parts.push(`${temporary}${parts.length + 1}`)
        await writeRows(parts.at(-1)!).catch((error: unknown) => {
          throw tableWriteError(path, error)
        })
        await begin()
      }
    },
    async close() {
      try {
        if (parts.length === 0) await writeRows(temporary)
        else {
          parts.push(`${temporary}${parts.length + 1}`)
          await writeRows(parts.at(-1)!)
          await copy(`SELECT * FROM read_parquet([${parts.map(parquetPathLiteral).join(', ')}])`, temporary)
        }
        await rename(temporary, path)
      } catch (error) {
        throw tableWriteError(path, error)
      } finally {
        await cleanUp()
      }
    },
    discard: cleanUp,
  }
}

/** Converts an error during writing, with the file's name instead of the temporary name. */
export function tableWriteError(path: string, error: unknown): Error {
  if (typeof (error as NodeJS.ErrnoException).code === 'string') return systemError(path, error)
  return fileError(path, `cannot be written: ${(error as Error).message.replaceAll(path, () => displayPath(path))}`, error)
}
