/**
 * Parquet, through DuckDB: row after row in the order of the file, in chunks of 2,048.
 *
 * Values as JavaScript has them: integers and decimals of up to 15 digits are numbers, longer decimals text, integers beyond 2^53
 * bigints, times UTC milliseconds. A TIMESTAMP or DATE without a zone is the milliseconds of its wall clock; finer than a millisecond
 * is cut off toward the past.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { SpillwayError } from '../base/errors.ts'
import { rawText, type Origin, type RecordBatch } from '../intake/batch.ts'
import { checkColumn } from './columns.ts'
import { connect, scanned } from './duckdb.ts'
import { fileError, shownPath } from './file-error.ts'
import type { FoundFile, InputFile } from './input-file.ts'
import { ColumnReader, physicalColumn, type PhysicalColumn } from './vectors.ts'

interface ParquetColumn extends PhysicalColumn {
  readonly name: string
  readonly type: string
}

export async function openParquet({ path }: FoundFile): Promise<InputFile> {
  const { columns, rows } = await describe(path)
  const name = shownPath(path)
  const origin: Origin = {
    placeOf: row => `${name} row ${row}`,
    text: false,
    tabular: true,
    zoneless: new Set(columns.filter(column => column.zoneless).map(column => column.name)),
  }
  let read = 0
  return {
    name,
    format: 'parquet',
    columns: columns.map(column => ({ name: column.name, type: column.type })),
    progress: () => (rows === 0 ? 1 : read / rows),
    async *batches(wanted) {
      const names = columns.map(column => column.name)
      const selected = wanted ? wanted.map(want => columns[checkColumn(name, names, want)]) : columns
      read = 0
      for await (const records of recordsOf(path, selected)) {
        yield batchAt(origin, records, read)
        read += records.length
      }
    },
  }
}

function batchAt(origin: Origin, records: readonly unknown[], before: number): RecordBatch {
  return {
    origin,
    records,
    numberOf: index => before + index + 1,
    rawOf: index => rawText(records[index]),
    undecodable: [],
  }
}

const scanOf = (path: string): string => `read_parquet(${scanned(path)})`

async function describe(path: string): Promise<{ columns: ParquetColumn[]; rows: number }> {
  return usingDuckDB(path, async connection => {
    const sample = await connection.run(`SELECT * FROM ${scanOf(path)} LIMIT 0`)
    const count = await connection.runAndReadAll(`SELECT count(*) FROM ${scanOf(path)}`)
    const types = sample.columnTypes()
    const columns = sample.columnNames().map((name, i) => ({ ...physicalColumn(name, types[i]), name, type: String(types[i]) }))
    return { columns, rows: Number(count.getRows()[0][0]) }
  })
}

async function* recordsOf(path: string, columns: readonly ParquetColumn[]): AsyncGenerator<readonly unknown[]> {
  const connection = await connect()
  try {
    const readers = columns.map((column, index) => new ColumnReader(column, index))
    const names = columns.map(column => column.name)
    const select = columns.map(column => column.sql).join(', ') || 'NULL'
    const result = await connection.stream(`SELECT ${select} FROM ${scanOf(path)}`)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const current = chunk
      yield rowsOf(
        names,
        readers.map(reader => reader.read(current)),
        chunk.rowCount,
      )
    }
  } catch (error) {
    throw parquetError(path, error)
  } finally {
    connection.closeSync()
  }
}

function rowsOf(names: readonly string[], columns: readonly unknown[][], length: number): readonly unknown[] {
  const rows = new Array<unknown>(length)
  for (let i = 0; i < length; i++) {
    const row: Record<string, unknown> = {}
    for (let c = 0; c < names.length; c++) row[names[c]] = columns[c][i]
    rows[i] = row
  }
  return rows
}

async function usingDuckDB<T>(path: string, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await connect()
  try {
    return await use(connection)
  } catch (error) {
    throw parquetError(path, error)
  } finally {
    connection.closeSync()
  }
}

/** An error thrown by whoever consumes the rows passes as it is. */
function parquetError(path: string, error: unknown): SpillwayError {
  if (error instanceof SpillwayError) return error
  const [firstLine] = (error as Error).message.split('\n') as [string]
  return fileError(path, `is no Parquet file that can be read: ${firstLine.replaceAll(path, shownPath(path))}`, error)
}
