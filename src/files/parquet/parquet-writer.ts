/**
 * Writes Parquet, through DuckDB: a table to one file, or its columns to separate files, as a feature store needs them.
 *
 * One writer serves many tables, one after another. Rows are buffered in a DuckDB table, which spills into a folder beyond its memory
 * limit, and are written in their original order. A file's bytes are a function of its rows, its columns and DuckDB's version. A file
 * appears whole or not at all.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DuckDBInstance, type DuckDBAppender, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api'
import { limits } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { appendRows, castExpression, createChunk, DUCKDB_CHUNK_ROWS, storedType } from './duckdb-appender.ts'
import { sqlIdentifier, sqlLiteral } from './duckdb.ts'
import { type FileChecksum, fileChecksum } from '../io/file-bytes.ts'
import type { OutputColumn, OutputValues, TableWriter } from '../io/output-table.ts'
import { rm } from 'node:fs/promises'
import { fileError, displayPath, systemError } from '../io/file-error.ts'
import { TextSink } from '../io/text-sink.ts'

/** A file to write, and its columns: the same objects as in `begin`, not equal copies. */
export interface ColumnFile {
  readonly path: string
  readonly columns: readonly OutputColumn[]
}

export interface WrittenFile extends FileChecksum {
  readonly path: string
}

/** Rows in a row group of DuckDB. Rows are flushed in whole groups, so that the groups of a file do not depend on the batches. */
const ROW_GROUP = 122_880

const reasonColumns: OutputColumn[] = [
  { name: 'row', type: 'int' },
  { name: 'of', type: 'int' },
  { name: 'code', type: 'string' },
]

export class ColumnFileWriter {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  #columns: readonly OutputColumn[] = []
  #chunk: DuckDBDataChunk | undefined
  #rows: DuckDBAppender | undefined
  #rejected: DuckDBAppender | undefined
  /** Columns with rejected values. */
  readonly #withRejected = new Set<OutputColumn>()
  readonly #codes = new Strings()
  #length = 0
  /** Rows not yet flushed to the table; they cannot be spilled. */
  #unflushed = 0

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  /** `folder`: directory for spilled data; DuckDB creates it when needed and removes it. `threads`: all cores by default. */
  static async open(folder: string, { memoryMb, threads }: { memoryMb: number; threads?: number }): Promise<ColumnFileWriter> {
    const settings = { memory_limit: `${memoryMb}MB`, temp_directory: folder, ...(threads !== undefined && { threads: String(threads) }) }
    const instance = await DuckDBInstance.create(':memory:', settings)
    return new ColumnFileWriter(instance, await instance.connect())
  }

  /** Number of rows in the table. */
  get length(): number {
    return this.#length
  }

  /** Starts a new table in place of the previous one. */
  async begin(columns: readonly OutputColumn[]): Promise<void> {
    this.#closeAppenders()
    this.#columns = columns
    this.#chunk = undefined
    this.#withRejected.clear()
    this.#length = this.#unflushed = 0
    const definitions = (of: readonly OutputColumn[]) => of.map((column, i) => `c${i} ${storedType(column).toString()}`).join(', ')
    await this.#connection.run(
      `CREATE OR REPLACE TABLE rows (${definitions(columns)}); CREATE OR REPLACE TABLE rejected (${definitions(reasonColumns)})`,
    )
    this.#rows = await this.#connection.createAppender('rows')
    this.#rejected = await this.#connection.createAppender('rejected')
  }

  append(length: number, values: readonly OutputValues[], strings: Strings): void {
    const chunk = (this.#chunk ??= createChunk(this.#columns))
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + DUCKDB_CHUNK_ROWS, from + ROW_GROUP - this.#unflushed)
      appendRows(this.#rows!, chunk, this.#columns, values, strings, from, to)
      this.#unflushed += to - from
      from = to
      if (this.#unflushed < ROW_GROUP) continue
      this.#rows!.flushSync()
      this.#unflushed = 0
    }
    this.#length += length
  }

  /** Records the reasons for missing values of a column, by row of the table: the column's file then gets a column `NAME.rejected`. */
  reject(column: OutputColumn, rows: readonly number[], codes: readonly string[]): void {
    this.#withRejected.add(column)
    const columns: OutputValues[] = [
      { values: Float64Array.from(rows) },
      { values: new Float64Array(rows.length).fill(this.#columns.indexOf(column)) },
      { values: Int32Array.from(codes, code => this.#codes.idOf(code)) },
    ]
    const chunk = createChunk(reasonColumns)
    for (let from = 0; from < rows.length; from += DUCKDB_CHUNK_ROWS)
      appendRows(this.#rejected!, chunk, reasonColumns, columns, this.#codes, from, Math.min(rows.length, from + DUCKDB_CHUNK_ROWS))
  }

  /** Writes the files of the table. Throws `SPILL_FILE` if a file cannot be written. */
  async finish(files: readonly ColumnFile[]): Promise<WrittenFile[]> {
    this.#closeAppenders()
    const results: WrittenFile[] = []
    for (const file of files) results.push(await this.#write(file))
    return results
  }

  close(): void {
    this.#closeAppenders()
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  async #write({ path, columns }: ColumnFile): Promise<WrittenFile> {
    const part = `${path}.part`
    try {
      mkdirSync(dirname(path), { recursive: true })
      await this.#connection.run(`COPY (${this.#select(columns)}) TO ${sqlLiteral(part)} (FORMAT parquet)`)
      const checksum = await fileChecksum(part)
      renameSync(part, path)
      return { path, ...checksum }
    } catch (error) {
      if (existsSync(part)) rmSync(part)
      throw tableWriteError(path, error)
    }
  }

  /** Selects columns by their number in the table, since columns of different files may share a name. */
  #select(columns: readonly OutputColumn[]): string {
    const columnSql = (column: OutputColumn) => `rows.c${this.#columns.indexOf(column)}`
    const values = columns.map(column => castExpression(column, columnSql(column)))
    const rejected = columns.filter(column => this.#withRejected.has(column))
    if (rejected.length === 0) return `SELECT ${values.join(', ')} FROM rows`
    const codes = rejected.map(({ name }, i) => `r${i}.c2 AS ${sqlIdentifier(`${name}.rejected`)}`)
    const joins = rejected.map(
      (column, i) => `LEFT JOIN rejected r${i} ON r${i}.c0 = rows.rowid AND r${i}.c1 = ${this.#columns.indexOf(column)}`,
    )
    return `SELECT ${[...values, ...codes].join(', ')} FROM rows ${joins.join(' ')} ORDER BY rows.rowid`
  }

  #closeAppenders(): void {
    this.#rows?.closeSync()
    this.#rejected?.closeSync()
    this.#rows = this.#rejected = undefined
  }
}

/**
 * Opens a table for writing to one file. Beyond `memoryMb` DuckDB spills into a folder beside the file.
 * @throws `SPILL_FILE` if the file cannot be written.
 */
export async function openParquetTable(
  path: string,
  columns: readonly OutputColumn[],
  strings: Strings,
  memoryMb: number = limits.PARQUET_MEMORY_MB,
): Promise<TableWriter> {
  const [part, spill] = [`${path}.part`, `${path}.spill`]
  new TextSink(part, path).close() // Reports an unwritable path before the work.
  const files = await ColumnFileWriter.open(spill, { memoryMb })
  await files.begin(columns)
  const cleanUp = async () => {
    files.close()
    for (const place of [part, spill]) await rm(place, { recursive: true, force: true })
  }
  return {
    async write(length, values) {
      try {
        files.append(length, values, strings)
      } catch (error) {
        throw tableWriteError(path, error)
      }
    },
    async close() {
      try {
        await files.finish([{ path, columns }])
      } finally {
        await cleanUp()
      }
    },
    discard: cleanUp,
  }
}

/** Converts an error during writing, with the file's name instead of the temporary name. */
function tableWriteError(path: string, error: unknown): Error {
  if (typeof (error as NodeJS.ErrnoException).code === 'string') return systemError(path, error)
  return fileError(path, `cannot be written: ${(error as Error).message.replaceAll(path, () => displayPath(path))}`, error)
}
