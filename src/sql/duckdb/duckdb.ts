import { DuckDBInstance, type DuckDBConnection, type DuckDBResultReader } from '@duckdb/node-api'
import { SpillwayError } from '../../base/errors.ts'
import type { LoggedEvent } from '../../define/event.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../../define/ir.ts'
import type { SqlAnswer, SqlAsk } from '../asks.ts'
import { vectorQuery } from '../decisions.ts'
import { createAsks, createEvents } from '../relations.ts'
import { valuesQuery } from '../values.ts'
import { readAnswers, readDecisions, type SqlDecision } from './answers.ts'
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
    return readAnswers(await this.#read(`${sql} ORDER BY ask`), columns)
  }

  /** Every decision of a model on a log, in its order. */
  async decisions(pipeline: PipelineIR, model: ModelIR, log: readonly LoggedEvent[]): Promise<SqlDecision[]> {
    const tableOf = (name: string): string => `${tables.events}_${pipeline.sources.findIndex(source => source.name === name)}`
    for (const source of pipeline.sources) {
      await this.connection.run(createEvents(source, duckdb, tableOf(source.name)))
      await loadEvents(this.connection, tableOf(source.name), source, log)
    }
    const { sql, scored } = vectorQuery(pipeline, model, tableOf, duckdb)
    return readDecisions(await this.#read(sql), model, scored)
  }

  /** HUGEINT is narrower than what semantics §6 allows of `slope`: it covers n · (t − first time) < 2^63. */
  async #read(sql: string): Promise<DuckDBResultReader> {
    try {
      return await this.connection.runAndReadAll(sql)
    } catch (cause) {
      if (!(cause instanceof Error && /overflow/i.test(cause.message))) throw cause
      throw new SpillwayError('SPILL_RANGE', `a sum of products is wider than DuckDB's 128 bits; shorten the window: ${cause.message}`, {
        cause,
      })
    }
  }

  close(): void {
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}
