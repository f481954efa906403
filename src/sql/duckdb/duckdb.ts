import { DuckDBInstance, type DuckDBConnection, type DuckDBResultReader } from '@duckdb/node-api'
import { SpillwayError } from '../../base/errors.ts'
import type { LoggedEvent } from '../../define/event.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../../define/ir.ts'
import type { SqlAnswer, SqlAsk } from '../asks.ts'
import { vectorQuery } from '../decisions.ts'
import { createMade, madeQuery, madeReads, sinceQuery, type SqlMade } from '../made.ts'
import { createAsks, createEvents } from '../relations.ts'
import { valuesQuery } from '../values.ts'
import { triggerColumns } from '../../define/trigger-columns.ts'
import { readAnswers, readDecisions, readMissed, readVectors, type SqlDecision, type SqlMissed, type SqlVector } from './answers.ts'
import { duckdb } from './dialect.ts'
import { loadAsks, loadEvents, loadMade } from './load.ts'

const tables = { events: 'spill_events', asks: 'spill_asks', made: 'spill_made' }

/** The relation of a source's events. */
const eventsOf =
  ({ sources }: PipelineIR) =>
  (name: string): string =>
    `${tables.events}_${sources.findIndex(source => source.name === name)}`

export interface DuckDbOptions {
  /** What it may use, MB; beyond, it goes on in `folder`. All that DuckDB takes by itself, unless given. */
  readonly memoryMb?: number
  readonly folder?: string
}

/** Feature values by a DuckDB in memory, on one thread. Close it. */
export class DuckDb {
  readonly connection: DuckDBConnection
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.connection = connection
  }

  static async open({ memoryMb, folder }: DuckDbOptions = {}): Promise<DuckDb> {
    const settings = {
      ...(memoryMb !== undefined && { memory_limit: `${memoryMb}MB` }),
      ...(folder !== undefined && { temp_directory: folder }),
    }
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', ...settings })
    const connection = await instance.connect()
    return new DuckDb(instance, connection)
  }

  /** Loads the events of `source` in a log, which keep their index in it, in place of what was loaded before. */
  async load(source: SourceIR, log: readonly LoggedEvent[]): Promise<void> {
    await this.connection.run(createEvents(source, duckdb, tables.events))
    await loadEvents(this.connection, tables.events, source, log.entries())
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
    await this.begin(pipeline)
    for (const source of pipeline.sources) await this.add(pipeline, source, log.entries())
    const { sql, scored } = vectorQuery(pipeline, model, eventsOf(pipeline), duckdb)
    return readDecisions(await this.#read(sql), model, scored)
  }

  /** Empty relations of events for every source of a pipeline, in place of what was added before. */
  async begin(pipeline: PipelineIR): Promise<void> {
    for (const source of pipeline.sources) await this.connection.run(createEvents(source, duckdb, eventsOf(pipeline)(source.name)))
  }

  /** Adds events of a source, each under its number: in one order for all sources, or for `vectors` in an order of its own. */
  async add(pipeline: PipelineIR, source: SourceIR, events: Iterable<readonly [number, LoggedEvent]>): Promise<void> {
    await loadEvents(this.connection, eventsOf(pipeline)(source.name), source, events)
  }

  /** The vectors of decisions that were made, over the events added since `begin`, which are numbered by source from the first that its log ever had. */
  async vectors(pipeline: PipelineIR, model: ModelIR, made: readonly SqlMade[]): Promise<SqlVector[]> {
    await this.connection.run(createMade(pipeline, model, duckdb, tables.made))
    await loadMade(this.connection, tables.made, triggerColumns(pipeline, model), made)
    const query = madeQuery(pipeline, model, { eventsOf: eventsOf(pipeline), table: tables.made }, duckdb)
    return readVectors(await this.#read(query.sql), model, query)
  }

  /** For each read of the model, by decision: what each that missed something of the group has missed of its features. Over the events of `vectors`. */
  async missed(pipeline: PipelineIR, model: ModelIR, made: readonly SqlMade[]): Promise<ReadonlyMap<number, readonly SqlMissed[]>[]> {
    await this.connection.run(createMade(pipeline, model, duckdb, tables.made))
    await loadMade(this.connection, tables.made, triggerColumns(pipeline, model), made)
    const of = { eventsOf: eventsOf(pipeline), table: tables.made }
    const found: ReadonlyMap<number, readonly SqlMissed[]>[] = []
    for (const index of madeReads(pipeline, model).keys())
      found.push(readMissed(await this.#read(sinceQuery(pipeline, model, index, of, duckdb))))
    return found
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
