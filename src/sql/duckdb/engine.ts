import {
  DuckDBInstance,
  DuckDBListValue,
  DuckDBStructValue,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBValue,
} from '@duckdb/node-api'
import { callEvery, SpillwayError, limits } from '../../base/index.ts'
import type { ColumnType, Value } from '../../define/ir/index.ts'
import type { SqlCell, SqlColumn, SqlEngine, SqlRow } from '../engine.ts'
import { duckdb } from './dialect.ts'

/** Options of a DuckDB. */
export interface DuckDbOptions {
  /** Memory limit, MB; larger data spills to `folder`. By default that of DuckDB. */
  readonly memoryMb?: number
  readonly folder?: string
}

/** Time between two interrupts of an aborted statement, ms. */
const INTERRUPT_MS = 10

/** A DuckDB in memory, on one thread. */
export class DuckDbEngine implements SqlEngine<typeof duckdb> {
  readonly dialect = duckdb
  readonly connection: DuckDBConnection
  readonly #instance: DuckDBInstance
  readonly #columns = new Map<string, readonly SqlColumn[]>()
  #isClosed = false

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.connection = connection
  }

  static async open({ memoryMb, folder }: DuckDbOptions = {}): Promise<DuckDbEngine> {
    const settings = {
      ...(memoryMb !== undefined && { memory_limit: `${memoryMb}MB` }),
      ...(folder !== undefined && { temp_directory: folder }),
    }
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', ...settings })
    const connection = await instance.connect()
    // A tree may be as deep as it has leaves.
    await connection.run(`SET max_expression_depth TO ${2 * limits.TREE_LEAVES_MAX}`)
    return new DuckDbEngine(instance, connection)
  }

  async createTable(table: string, columns: readonly SqlColumn[]): Promise<void> {
    const definitions = columns.map(({ name, type }) => `${name} ${duckdb.types[type]}`)
    await this.connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${definitions.join(', ')})`)
    this.#columns.set(table, columns)
  }

  async append(table: string, rows: Iterable<readonly Value[]>): Promise<void> {
    const columns = this.#columns.get(table)
    if (!columns) throw new SpillwayError('SPILL_INPUT', `there is no table ${table}; create it first`)
    const types = columns.map(({ type }) => type)
    const appender = await this.connection.createAppender(table)
    for (const row of rows) {
      for (let i = 0; i < types.length; i++) appendCell(appender, types[i], row[i])
      appender.endRow()
    }
    appender.closeSync()
  }

  /** @throws (rejects with) `SPILL_RANGE` for a sum beyond HUGEINT, which is narrower than `slope` may need: it covers n · (t − first time) < 2^63. */
  async *execute(sql: string, signal?: AbortSignal): AsyncGenerator<readonly SqlRow[]> {
    signal?.throwIfAborted()
    // DuckDB forgets an interrupt that comes before a statement runs, so it is repeated until the statement ends.
    let repeated: { stop(): void } | undefined
    const interrupt = (): void => {
      repeated = callEvery(INTERRUPT_MS, () => this.connection.interrupt())
    }
    signal?.addEventListener('abort', interrupt, { once: true })
    try {
      const result = await this.connection.stream(sql)
      for await (const rows of result.yieldRows()) {
        yield rows.map(row => row.map(cellOf))
        signal?.throwIfAborted()
      }
    } catch (cause) {
      if (!isOverflow(cause)) throw cause
      throw new SpillwayError('SPILL_RANGE', `a sum of products is wider than DuckDB's 128 bits; shorten the window: ${cause.message}`, {
        cause,
      })
    } finally {
      signal?.removeEventListener('abort', interrupt)
      repeated?.stop()
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.connection.interrupt()
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}

function appendCell(appender: DuckDBAppender, type: ColumnType, value: Value): void {
  if (value === null) appender.appendNull()
  else if (type === 'string') appender.appendVarchar(value as string)
  else if (type === 'bool') appender.appendBoolean(value as boolean)
  else if (type === 'double') appender.appendDouble(value as number)
  else appender.appendBigInt(BigInt(value))
}

function cellOf(cell: DuckDBValue): SqlCell {
  if (cell instanceof DuckDBListValue) return cell.items.map(cellOf)
  if (cell instanceof DuckDBStructValue) return Object.values(cell.entries).map(cellOf)
  return cell as SqlCell
}

/**
 * True for an error of DuckDB about a number that its type does not hold. Reads the text of the error, since the Node API throws a plain
 * `Error` with neither a code nor the type of the exception.
 */
const isOverflow = (error: unknown): error is Error => error instanceof Error && /overflow/i.test(error.message)
