/**
 * Reads Parquet through DuckDB: row after row in file order, in chunks of 2,048.
 *
 * Values become JavaScript values: integers, and decimals of up to 15 digits, are numbers; longer decimals are text; integers beyond 2^53
 * are bigints; times are UTC milliseconds. A TIMESTAMP or DATE without a zone is the milliseconds of its wall clock. Fractions of a
 * millisecond are rounded toward the past.
 */
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { SpillwayError } from '../../base/index.ts'
import { rawJsonText, type RecordOrigin, type RecordBatch, type RecordCells, type JsonLineReader } from '../../intake/index.ts'
import { checkColumn } from '../io/column-match.ts'
import { connectDuckDB, parquetPathLiteral } from './duckdb.ts'
import { displayPath, truncationError } from '../io/file-error.ts'
import type { DetectedFile, InputFile } from '../io/input-file.ts'
import { cellReader, type CellReader } from './parquet-cells.ts'
import { columnReader, physicalColumn, type PhysicalColumn } from './duckdb-vectors.ts'

interface ParquetColumn extends PhysicalColumn {
  readonly name: string
  readonly type: string
}

/** `reader`: line reader of the only source of the rows, if there is one; most rows then need no record. */
export async function openParquet({ path }: DetectedFile, reader?: Pick<JsonLineReader, 'source'>): Promise<InputFile> {
  const { columns, rows } = await describe(path)
  const name = displayPath(path)
  const origin: RecordOrigin = {
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
    async *batches(names) {
      const columnNames = columns.map(column => column.name)
      const selected = names ? names.map(column => columns[checkColumn(name, columnNames, column)]) : columns
      read = 0
      const readCells = reader && cellReader(reader.source, selected, origin)
      for await (const { records, recordOf, cells: ownCells } of chunksOf(path, selected, readCells)) {
        yield { ...batchAt(origin, records, recordOf, read), ...(ownCells && { cells: ownCells }) }
        read += records.length
      }
    },
  }
}

function batchAt(origin: RecordOrigin, records: readonly unknown[], recordOf: (row: number) => unknown, before: number): RecordBatch {
  return {
    origin,
    records,
    numberOf: index => before + index + 1,
    rawOf: index => rawJsonText(recordOf(index)),
    undecodable: [],
  }
}

const scanOf = (path: string): string => `read_parquet(${parquetPathLiteral(path)})`

async function describe(path: string): Promise<{ columns: ParquetColumn[]; rows: number }> {
  const connection = await connectDuckDB()
  try {
    const sample = await connection.run(`SELECT * FROM ${scanOf(path)} LIMIT 0`)
    const count = await connection.runAndReadAll(`SELECT count(*) FROM ${scanOf(path)}`)
    const types = sample.columnTypes()
    const columns = sample.columnNames().map((name, i) => ({ ...physicalColumn(name, types[i]), name, type: String(types[i]) }))
    return { columns, rows: Number(count.getRows()[0][0]) }
  } catch (error) {
    throw parquetError(path, error)
  } finally {
    connection.closeSync()
  }
}

interface RecordChunk {
  /** With cells, only the records that were not decoded. */
  readonly records: readonly unknown[]
  /** Valid until the next chunk. */
  readonly recordOf: (row: number) => unknown
  readonly cells: RecordCells | undefined
}

async function* chunksOf(path: string, columns: readonly ParquetColumn[], readCells: CellReader | undefined): AsyncGenerator<RecordChunk> {
  const connection = await connectDuckDB()
  let next: Promise<DuckDBDataChunk | null> | undefined
  try {
    const readers = columns.map((column, index) => columnReader(column, index))
    const names = columns.map(column => column.name)
    const select = columns.map(column => column.sql).join(', ') || 'NULL'
    const result = await connection.stream(`SELECT ${select} FROM ${scanOf(path)}`)
    next = prefetch(result)
    for (;;) {
      const current = await next
      if (!current || current.rowCount === 0) return
      next = prefetch(result)
      let cache: readonly unknown[] | undefined
      const records = (): readonly unknown[] =>
        (cache ??= rowsOf(
          names,
          readers.map(reader => reader(current)),
          current.rowCount,
        ))
      const recordOf = (row: number): unknown => records()[row]
      const chunkCells = readCells?.(current, recordOf)
      yield { records: chunkCells ? undecodedRecords(chunkCells, recordOf) : records(), recordOf, cells: chunkCells }
    }
  } catch (error) {
    throw parquetError(path, error)
  } finally {
    await next?.catch(() => {})
    connection.closeSync()
  }
}

/** Starts to fetch the next chunk while the current one is processed. The error of a failed fetch reaches the caller that awaits it. */
function prefetch(result: DuckDBResult): Promise<DuckDBDataChunk | null> {
  const next = result.fetchChunk()
  next.catch(() => {})
  return next
}

/** Records of the rows that the cells do not cover. */
function undecodedRecords({ isRead }: RecordCells, recordOf: (row: number) => unknown): readonly unknown[] {
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

/** Passes an error thrown by the consumer of the rows through unchanged. */
function parquetError(path: string, error: unknown): SpillwayError {
  if (error instanceof SpillwayError) return error
  const [firstLine] = (error as Error).message.split('\n') as [string]
  return truncationError(
    path,
    `is not a readable Parquet file: ${firstLine.replaceAll(path, displayPath(path))}; copy it again, or write it again`,
    error,
  )
}
