import { DuckDBInstance, type DuckDBConnection, type DuckDBResultReader } from '@duckdb/node-api'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { LoggedEvent } from '../../define/source/event.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../../define/ir/ir.ts'
import type { SqlAnswer, SqlRequest } from '../request.ts'
import { vectorQuery } from '../vector-query.ts'
import {
  createRecordedDecisions,
  recordedVectorsQuery,
  recordedReads,
  type RecordedTables,
  type SqlRecordedDecision,
} from '../recorded-decisions.ts'
import { createMissedKinds, excludeMissed, missedQuery } from '../missed-events.ts'
import { createRequests, createEvents, createTable } from '../relations.ts'
import { valuesQuery } from '../values.ts'
import { askedEvents, tileQueries } from '../tiles.ts'
import { triggerColumns } from '../../define/model/trigger-columns.ts'
import {
  readAnswers,
  readSqlDecisions,
  readMissedCounts,
  readSqlPositions,
  readTiles,
  readVectors,
  type SqlDecision,
  type SqlMissedCounts,
  type SqlPosition,
  type SqlTile,
  type SqlVector,
} from './answers.ts'
import { duckdb } from './dialect.ts'
import { loadRequests, loadEvents, loadRecordedDecisions, loadNumbers } from './load.ts'

const tables = { events: 'spill_events', asks: 'spill_asks', recorded: 'spill_made', refused: 'spill_refused' }

/** The name of the relation of a source's events. */
const eventsOf =
  ({ sources }: PipelineIR) =>
  (name: string): string =>
    `${tables.events}_${sources.findIndex(source => source.name === name)}`

/** Options of a DuckDB. */
export interface DuckDbOptions {
  /** Memory limit, MB; larger data spills to `folder`. By default that of DuckDB. */
  readonly memoryMb?: number
  readonly folder?: string
}

/** Computes feature values in a DuckDB in memory, on one thread. Close it after use. */
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
    // A tree may be as deep as it has leaves.
    await connection.run(`SET max_expression_depth TO ${2 * limits.TREE_LEAVES_MAX}`)
    return new DuckDb(instance, connection)
  }

  /** Loads the events of `source` in a log, numbered by their index in it; replaces earlier ones. */
  async load(source: SourceIR, log: readonly LoggedEvent[]): Promise<void> {
    await this.connection.run(createEvents(source, duckdb, tables.events))
    await loadEvents(this.connection, tables.events, source, log.entries())
  }

  /** The features of a group, in order, for each request, over the events loaded last. */
  async values(group: GroupIR, source: SourceIR, requests: readonly SqlRequest[]): Promise<SqlAnswer[][]> {
    await this.connection.run(createRequests(group, source, duckdb, tables.asks))
    await loadRequests(this.connection, tables.asks, group, source, requests)
    const { sql, columns } = valuesQuery(group, source, tables, duckdb)
    return readAnswers(await this.#run(`${sql} ORDER BY ask`), columns)
  }

  /** For each ask the tiles of its key, over the events loaded last: of each feature of the group the cells of its partial. */
  async tiles(group: GroupIR, source: SourceIR, asks: readonly SqlRequest[]): Promise<SqlTile[]> {
    await this.connection.run(createRequests(group, source, duckdb, tables.asks))
    await loadRequests(this.connection, tables.asks, group, source, asks)
    const queries = tileQueries({
      group,
      source,
      events: askedEvents(group, source, tables, duckdb),
      by: ['ask'],
      before: '(e.without IS NULL OR e._seq <> e.without)',
      dialect: duckdb,
    })
    const read: SqlTile[] = []
    for (const query of queries) for (const tile of readTiles(await this.#run(query.sql), query)) read.push(tile)
    return read
  }

  /** Every decision of a model on a log, in its order. */
  async decisions(pipeline: PipelineIR, model: ModelIR, log: readonly LoggedEvent[]): Promise<SqlDecision[]> {
    await this.createEventTables(pipeline)
    for (const source of pipeline.sources) await this.addEvents(pipeline, source, log.entries())
    const { sql, scored } = vectorQuery(pipeline, model, eventsOf(pipeline), duckdb)
    return readSqlDecisions(await this.#run(sql), model, scored)
  }

  /** Creates empty relations of events for every source of a pipeline; replaces earlier ones. */
  async createEventTables(pipeline: PipelineIR): Promise<void> {
    for (const source of pipeline.sources) await this.connection.run(createEvents(source, duckdb, eventsOf(pipeline)(source.name)))
  }

  /** Adds events of a source with their numbers: in one order for all sources, or, for `vectors`, in an order of each source. */
  async addEvents(pipeline: PipelineIR, source: SourceIR, events: Iterable<readonly [number, LoggedEvent]>): Promise<void> {
    await loadEvents(this.connection, eventsOf(pipeline)(source.name), source, events)
  }

  /**
   * Classifies the events of a source that were added: `letters` are the numbers of the dead letters; duplicates are found here.
   * `missedCounts` and `vectorsExcluding` need this, and every column that distinguishes events.
   */
  async classifyMissed(pipeline: PipelineIR, source: SourceIR, letters: readonly number[]): Promise<void> {
    await this.connection.run(createTable(tables.refused, [`_seq ${duckdb.types.int}`]))
    await loadNumbers(this.connection, tables.refused, letters)
    for (const sql of createMissedKinds(source, eventsOf(pipeline)(source.name), tables.refused, duckdb)) await this.connection.run(sql)
  }

  /** The vectors of recorded decisions, over the events added, which are numbered by source from the first that its log ever had. */
  async vectors(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<SqlVector[]> {
    const query = recordedVectorsQuery(pipeline, model, await this.#loadRecorded(pipeline, model, decisions), duckdb)
    return readVectors(await this.#run(query.sql), model, query)
  }

  /** As `vectors`, over all events but the kinds that each decision leaves out. */
  async vectorsExcluding(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<SqlVector[]> {
    const query = recordedVectorsQuery(pipeline, model, await this.#loadRecorded(pipeline, model, decisions), duckdb, excludeMissed)
    return readVectors(await this.#run(query.sql), model, query)
  }

  /** For each read of the model: the missed events of each decision that missed any. Over the events of `vectors`. */
  async missedCounts(
    pipeline: PipelineIR,
    model: ModelIR,
    decisions: readonly SqlRecordedDecision[],
  ): Promise<ReadonlyMap<number, readonly SqlMissedCounts[]>[]> {
    const recorded = await this.#loadRecorded(pipeline, model, decisions)
    const missed: ReadonlyMap<number, readonly SqlMissedCounts[]>[] = []
    for (const index of recordedReads(pipeline, model).keys())
      missed.push(readMissedCounts(await this.#run(missedQuery(pipeline, model, index, recorded, duckdb))))
    return missed
  }

  /** The positions of events of a source, by their numbers. */
  async positionsOf(pipeline: PipelineIR, { name }: SourceIR, numbers: readonly number[]): Promise<Map<number, SqlPosition>> {
    if (numbers.length === 0) return new Map()
    const sql = `SELECT _seq, _partition, _offset, _time, _arrival FROM ${eventsOf(pipeline)(name)} WHERE _seq IN (${numbers.join(', ')})`
    return readSqlPositions(await this.#run(sql), name)
  }

  async #loadRecorded(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<RecordedTables> {
    await this.connection.run(createRecordedDecisions(pipeline, model, duckdb, tables.recorded))
    await loadRecordedDecisions(this.connection, tables.recorded, triggerColumns(pipeline, model), decisions)
    return { eventsOf: eventsOf(pipeline), table: tables.recorded }
  }

  /** Runs a query. HUGEINT is narrower than the semantics of `slope` allow: it covers n · (t − first time) < 2^63. */
  async #run(sql: string): Promise<DuckDBResultReader> {
    try {
      return await this.connection.runAndReadAll(sql)
    } catch (cause) {
      if (!isOverflow(cause)) throw cause
      throw new SpillwayError('SPILL_RANGE', `a sum of products is wider than DuckDB's 128 bits; shorten the window: ${cause.message}`, {
        cause,
      })
    }
  }

  /** Interrupts the running query, which rejects. */
  interrupt(): void {
    this.connection.interrupt()
  }

  close(): void {
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}

/**
 * True for an error of DuckDB about a number that its type does not hold. Reads the text of the error, since the Node API throws a plain
 * `Error` with neither a code nor the type of the exception.
 */
const isOverflow = (error: unknown): error is Error => error instanceof Error && /overflow/i.test(error.message)
