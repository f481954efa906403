/**
 * Columns of one table as Parquet files of their own, through DuckDB: a part of a store in which each column can be written alone.
 *
 * One object for many tables, one after the other. Rows are kept in a table of DuckDB's, which goes on in a folder beyond its memory, and leave it in the order
 * in which they came. The bytes of a file are a function of its rows, its columns and DuckDB's version. A file appears whole or not at all.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DuckDBInstance, type DuckDBAppender, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { appendRows, cast, chunkFor, CHUNK_ROWS, keptType } from './appended-rows.ts'
import { identifier, quoted } from './duckdb.ts'
import { systemError } from './file-error.ts'
import { writeError } from './parquet-writer.ts'
import type { OutputColumn, OutputValues } from './table.ts'

/** A file to be written, and which columns of the table go into it: those themselves, not their like. */
export interface ColumnFile {
  readonly path: string
  readonly columns: readonly OutputColumn[]
}

export interface WrittenFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Of a group of rows in DuckDB: given to the table whole, whatever they come in, so that the groups of a file do not depend on it. */
const HELD_ROWS = 122_880

const why: OutputColumn[] = [
  { name: 'row', type: 'int' },
  { name: 'of', type: 'string' },
  { name: 'code', type: 'string' },
]

export class ColumnFiles {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  #columns: readonly OutputColumn[] = []
  #chunk: DuckDBDataChunk | undefined
  #rows: DuckDBAppender | undefined
  #refused: DuckDBAppender | undefined
  /** Columns with a value that was refused. */
  readonly #withRefused = new Set<string>()
  readonly #codes = new Strings()
  #length = 0
  /** Rows that the table has not yet: they cannot leave the memory. */
  #held = 0

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  /** `folder`: where what does not fit into memory goes; DuckDB makes it when it is needed, and takes it away. */
  static async open(folder: string, memoryMb: number = limits.BACKFILL_MEMORY_MB): Promise<ColumnFiles> {
    const settings = { threads: '1', memory_limit: `${memoryMb}MB`, temp_directory: folder }
    const instance = await DuckDBInstance.create(':memory:', settings)
    return new ColumnFiles(instance, await instance.connect())
  }

  /** How many rows the table has. */
  get length(): number {
    return this.#length
  }

  /** Begins a table, in place of what was there. */
  async begin(columns: readonly OutputColumn[]): Promise<void> {
    this.#closeAppenders()
    this.#columns = columns
    this.#chunk = undefined
    this.#withRefused.clear()
    this.#length = this.#held = 0
    const kept = (of: readonly OutputColumn[]) => of.map((column, i) => `c${i} ${keptType(column).toString()}`).join(', ')
    await this.#connection.run(`CREATE OR REPLACE TABLE rows (${kept(columns)}); CREATE OR REPLACE TABLE refused (${kept(why)})`)
    this.#rows = await this.#connection.createAppender('rows')
    this.#refused = await this.#connection.createAppender('refused')
  }

  append(length: number, values: readonly OutputValues[], strings: Strings): void {
    const chunk = (this.#chunk ??= chunkFor(this.#columns))
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + CHUNK_ROWS, from + HELD_ROWS - this.#held)
      appendRows(this.#rows!, chunk, this.#columns, values, strings, from, to)
      this.#held += to - from
      from = to
      if (this.#held < HELD_ROWS) continue
      this.#rows!.flushSync()
      this.#held = 0
    }
    this.#length += length
  }

  /** Says why values of a column are missing, of rows counted from the table's first: their file gets a column `NAME.refused`. */
  refuse(column: OutputColumn, rows: readonly number[], codes: readonly string[]): void {
    this.#withRefused.add(column.name)
    const of = this.#codes.idOf(column.name)
    const columns: OutputValues[] = [
      { values: Float64Array.from(rows) },
      { values: new Int32Array(rows.length).fill(of) },
      { values: Int32Array.from(codes, code => this.#codes.idOf(code)) },
    ]
    const chunk = chunkFor(why)
    for (let from = 0; from < rows.length; from += CHUNK_ROWS)
      appendRows(this.#refused!, chunk, why, columns, this.#codes, from, Math.min(rows.length, from + CHUNK_ROWS))
  }

  /** Writes the table. Throws `SPILL_INPUT` where a file cannot be written. */
  async finish(files: readonly ColumnFile[]): Promise<WrittenFile[]> {
    this.#closeAppenders()
    const written: WrittenFile[] = []
    for (const file of files) written.push(await this.#write(file))
    return written
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
      await this.#connection.run(`COPY (${this.#select(columns)}) TO ${quoted(part)} (FORMAT parquet)`)
      const sum = sumOf(part)
      renameSync(part, path)
      return { path, ...sum }
    } catch (error) {
      if (existsSync(part)) rmSync(part)
      throw writeError(path, error)
    }
  }

  /** Columns go by their numbers in the table: those of different files may have one name. */
  #select(columns: readonly OutputColumn[]): string {
    const kept = (column: OutputColumn) => `rows.c${this.#columns.indexOf(column)}`
    const values = columns.map(column => cast(column, kept(column)))
    const refused = columns.filter(({ name }) => this.#withRefused.has(name))
    if (refused.length === 0) return `SELECT ${values.join(', ')} FROM rows`
    const codes = refused.map(({ name }, i) => `r${i}.c2 AS ${identifier(`${name}.refused`)}`)
    const joins = refused.map(({ name }, i) => `LEFT JOIN refused r${i} ON r${i}.c0 = rows.rowid AND r${i}.c1 = ${quoted(name)}`)
    return `SELECT ${[...values, ...codes].join(', ')} FROM rows ${joins.join(' ')} ORDER BY rows.rowid`
  }

  #closeAppenders(): void {
    this.#rows?.closeSync()
    this.#refused?.closeSync()
    this.#rows = this.#refused = undefined
  }
}

const BUFFER_BYTES = 1 << 20

/** How long a file is, and the SHA-256 of its bytes. Throws `SPILL_INPUT` where it cannot be read. */
export function sumOf(path: string): { bytes: number; sha256: string } {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(BUFFER_BYTES)
  let bytes = 0
  try {
    const file = openSync(path, 'r')
    try {
      for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
        hash.update(buffer.subarray(0, read))
        bytes += read
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw systemError(path, error)
  }
  return { bytes, sha256: hash.digest('hex') }
}
