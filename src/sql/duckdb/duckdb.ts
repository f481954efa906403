import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import type { LoggedEvent } from '../../define/event.ts'
import type { GroupIR, SourceIR } from '../../define/ir.ts'
import type { SqlAnswer, SqlAsk } from '../asks.ts'
import { createAsks, createEvents } from '../relations.ts'
import { valuesQuery } from '../values.ts'
import { readAnswers } from './answers.ts'
import { duckdb } from './dialect.ts'
import { loadAsks, loadEvents } from './load.ts'

const tables = { events: 'spill_events', asks: 'spill_asks' }

/** Feature values by a DuckDB in memory, on one thread. Close it. */
export class DuckDb {
  readonly connection: DuckDBConnection
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.connection = connection
  }

  static async open(): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    return new DuckDb(instance, connection)
  }

  /** Loads the events of `source` in a log, which keep their index in it, in place of what was loaded before. */
  async load(source: SourceIR, log: readonly LoggedEvent[]): Promise<void> {
    await this.connection.run(createEvents(source, duckdb, tables.events))
    await loadEvents(this.connection, tables.events, source, log)
  }

  /** For each ask the features of a group in order, over the events loaded last. */
  async values(group: GroupIR, source: SourceIR, asks: readonly SqlAsk[]): Promise<SqlAnswer[][]> {
    await this.connection.run(createAsks(group, source, duckdb, tables.asks))
    await loadAsks(this.connection, tables.asks, group, source, asks)
    const { sql, columns } = valuesQuery(group, source, tables, duckdb)
    return readAnswers(await this.connection.runAndReadAll(sql), columns)
  }

  close(): void {
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}
