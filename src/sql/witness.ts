/**
 * Computes the vectors of recorded decisions in SQL, over any engine with a point-in-time dialect, and the events that they missed.
 *
 * It reads nothing of a definition but its IR, so it is a witness of the kernel: `reconcile` compares them.
 */
import type { LoggedEvent } from '../define/source/index.ts'
import type { ModelIR, PipelineIR, SourceIR } from '../define/ir/index.ts'
import { triggerColumns } from '../define/model/index.ts'
import { readMissedCounts, readSqlPositions, readVectors, type SqlMissedCounts, type SqlPosition, type SqlVector } from './answers.ts'
import type { PointInTimeDialect } from './dialect.ts'
import { allRows, type SqlColumn, type SqlEngine, type SqlRow } from './engine.ts'
import { excludeMissed, insertMissedKinds, missedKindColumns, missedKindTable, missedQuery } from './missed-events.ts'
import {
  recordedDecisionRows,
  recordedDecisionTable,
  recordedVectorsQuery,
  recordedReads,
  type RecordedTables,
  type SqlRecordedDecision,
} from './recorded-decisions.ts'
import { eventRows, eventTable, integer } from './relations.ts'

const tables = { decisions: 'spill_decisions', deadLetters: 'spill_dead_letters' }

/** The name of the relation of a source's events. */
const eventsOf =
  ({ sources }: PipelineIR) =>
  (name: string): string =>
    `spill_events_${sources.findIndex(source => source.name === name)}`

/** Recorded decisions in SQL. Close it after use, which closes the engine. */
export class SqlWitness {
  readonly #engine: SqlEngine<PointInTimeDialect>
  readonly #signal: AbortSignal | undefined

  /** Every statement ends once `signal` is aborted. */
  constructor(engine: SqlEngine<PointInTimeDialect>, signal?: AbortSignal) {
    this.#engine = engine
    this.#signal = signal
  }

  get #dialect(): PointInTimeDialect {
    return this.#engine.dialect
  }

  /** Creates empty relations of events for every source of a pipeline; replaces earlier ones. */
  async createEventTables(pipeline: PipelineIR): Promise<void> {
    for (const source of pipeline.sources)
      await this.#engine.createTable(eventsOf(pipeline)(source.name), eventTable(source, this.#dialect))
  }

  /** Adds events of a source with their numbers. */
  async addEvents(pipeline: PipelineIR, source: SourceIR, events: Iterable<readonly [number, LoggedEvent]>): Promise<void> {
    await this.#engine.append(eventsOf(pipeline)(source.name), eventRows(source, events))
  }

  /**
   * Classifies the events of a source that were added: `letters` are the numbers of the dead letters; duplicates are found here.
   * `missedCounts` and `vectorsExcluding` need this, and every column that distinguishes events.
   */
  async classifyMissed(pipeline: PipelineIR, source: SourceIR, letters: readonly number[]): Promise<void> {
    const events = eventsOf(pipeline)(source.name)
    await this.#replace(
      tables.deadLetters,
      [integer('_seq')],
      letters.map(letter => [letter]),
    )
    await this.#engine.createTable(missedKindTable(events), missedKindColumns)
    for (const sql of insertMissedKinds(source, events, tables.deadLetters, this.#dialect)) await this.#rows(sql)
  }

  /** The vectors of recorded decisions, over the events added, which are numbered by source from the first that its log ever had. */
  vectors(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<SqlVector[]> {
    return this.#vectors(pipeline, model, decisions)
  }

  /** As `vectors`, over all events but the kinds that each decision leaves out. */
  vectorsExcluding(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<SqlVector[]> {
    return this.#vectors(pipeline, model, decisions, excludeMissed)
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
      missed.push(readMissedCounts(await this.#rows(missedQuery(pipeline, model, index, recorded, this.#dialect))))
    return missed
  }

  /** The positions of events of a source, by their numbers. */
  async positionsOf(pipeline: PipelineIR, { name }: SourceIR, numbers: readonly number[]): Promise<Map<number, SqlPosition>> {
    if (numbers.length === 0) return new Map()
    const sql = `SELECT _seq, _partition, _offset, _time, _arrival FROM ${eventsOf(pipeline)(name)} WHERE _seq IN (${numbers.join(', ')})`
    return readSqlPositions(await this.#rows(sql), name)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  async #vectors(
    pipeline: PipelineIR,
    model: ModelIR,
    decisions: readonly SqlRecordedDecision[],
    eventsThat?: typeof excludeMissed,
  ): Promise<SqlVector[]> {
    const recorded = await this.#loadRecorded(pipeline, model, decisions)
    const query = recordedVectorsQuery(pipeline, model, recorded, this.#dialect, eventsThat)
    return readVectors(await this.#rows(query.sql), model, query)
  }

  async #loadRecorded(pipeline: PipelineIR, model: ModelIR, decisions: readonly SqlRecordedDecision[]): Promise<RecordedTables> {
    const columns = recordedDecisionTable(pipeline, model, this.#dialect)
    await this.#replace(tables.decisions, columns, recordedDecisionRows(triggerColumns(pipeline, model), decisions))
    return { eventsOf: eventsOf(pipeline), table: tables.decisions }
  }

  async #replace(table: string, columns: readonly SqlColumn[], rows: Parameters<SqlEngine['append']>[1]): Promise<void> {
    await this.#engine.createTable(table, columns)
    await this.#engine.append(table, rows)
  }

  #rows(sql: string): Promise<SqlRow[]> {
    return allRows(this.#engine, sql, this.#signal)
  }
}
