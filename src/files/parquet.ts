/**
 * Parquet, through DuckDB: row after row in the order of the file, in chunks of 2,048.
 *
 * Values as JavaScript has them: integers and decimals of up to 15 digits are numbers, longer decimals text, integers beyond 2^53
 * bigints, times UTC milliseconds. A TIMESTAMP or DATE without a zone is the milliseconds of its wall clock; finer than a millisecond
 * is cut off toward the past.
 */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { SpillwayError } from '../base/errors.ts'
import { rawText, type Origin, type RecordBatch } from '../intake/batch.ts'
import type { Cells } from '../intake/cells.ts'
import type { LineReader } from '../intake/line-reader.ts'
import { checkColumn } from './columns.ts'
import { connect, scanned } from './duckdb.ts'
import { fileError, shownPath } from './file-error.ts'
import type { FoundFile, InputFile } from './input-file.ts'
import { ParquetCells } from './parquet-cells.ts'
import { ColumnReader, physicalColumn, type PhysicalColumn } from './vectors.ts'

interface ParquetColumn extends PhysicalColumn {
  readonly name: string
  readonly type: string
}

/** `reader`: of the source that takes the rows, if one does; most of them are then never records. */
export async function openParquet({ path }: FoundFile, reader?: Pick<LineReader, 'source'>): Promise<InputFile> {
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
    records: rows,
    progress: () => (rows === 0 ? 1 : read / rows),
    async *batches(wanted) {
      const names = columns.map(column => column.name)
      const selected = wanted ? wanted.map(want => columns[checkColumn(name, names, want)]) : columns
      read = 0
      const cells = reader && new ParquetCells(reader.source, selected, origin)
      for await (const { records, recordOf, cells: own } of chunksOf(path, selected, cells)) {
        yield { ...batchAt(origin, records, recordOf, read), ...(own && { cells: own }) }
        read += records.length
      }
    },
  }
}

function batchAt(origin: Origin, records: readonly unknown[], recordOf: (row: number) => unknown, before: number): RecordBatch {
  return {
    origin,
    records,
    numberOf: index => before + index + 1,
    rawOf: index => rawText(recordOf(index)),
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

interface RecordChunk {
  /** Where there are cells, those that were not read alone. */
  readonly records: readonly unknown[]
  /** Good until the next chunk. */
  readonly recordOf: (row: number) => unknown
  readonly cells: Cells | undefined
}

async function* chunksOf(path: string, columns: readonly ParquetColumn[], cells: ParquetCells | undefined): AsyncGenerator<RecordChunk> {
  const connection = await connect()
  let next: Promise<DuckDBDataChunk | null> | undefined
  try {
    const readers = columns.map((column, index) => new ColumnReader(column, index))
    const names = columns.map(column => column.name)
    const select = columns.map(column => column.sql).join(', ') || 'NULL'
    const result = await connection.stream(`SELECT ${select} FROM ${scanOf(path)}`)
    next = ahead(result)
    for (;;) {
      const current = await next
      if (!current || current.rowCount === 0) return
      next = ahead(result)
      let all: readonly unknown[] | undefined
      const records = (): readonly unknown[] =>
        (all ??= rowsOf(
          names,
          readers.map(reader => reader.read(current)),
          current.rowCount,
        ))
      const recordOf = (row: number): unknown => records()[row]
      const own = cells?.read(current, recordOf)
      yield { records: own ? unread(own, recordOf) : records(), recordOf, cells: own }
    }
  } catch (error) {
    throw parquetError(path, error)
  } finally {
    await next?.catch(() => {})
    connection.closeSync()
  }
}

/** The next chunk, which DuckDB makes while the one before is taken. What goes wrong is told to whoever waits for it. */
function ahead(result: DuckDBResult): Promise<DuckDBDataChunk | null> {
  const next = result.fetchChunk()
  next.catch(() => {})
  return next
}

/** A record for each row that cells have not. */
function unread({ isRead }: Cells, recordOf: (row: number) => unknown): readonly unknown[] {
  const records = new Array<unknown>(isRead.length)
  for (let row = isRead.indexOf(0); row >= 0; row = isRead.indexOf(0, row + 1)) records[row] = recordOf(row)
  return records
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
  return fileError(
    path,
    `is no Parquet file that can be read: ${firstLine.replaceAll(path, shownPath(path))}; copy it again, or have it written again`,
    error,
  )
}
