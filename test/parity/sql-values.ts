/**
 * Values, tiles and decisions of any log in SQL, at any position and time: the library's queries with the relations and placements of a test.
 *
 * `prove parity` compares them with the kernel and the oracle.
 */
import type { ErrorCode } from '../../src/base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { SqlFeatureValue } from '../../src/sql/answers.ts'
import type { PointInTimeDialect } from '../../src/sql/dialect.ts'
import { allRows, type SqlColumn, type SqlEngine, type SqlRow } from '../../src/sql/engine.ts'
import { columnNames, eventRows, eventTable, integer } from '../../src/sql/relations.ts'
import { countsSql, revisionColumns } from '../../src/sql/revisions.ts'
import { readTileRows, tileQueries, type TileRow } from '../../src/sql/tiles.ts'
import { valuesQuery, type ValueTables } from '../../src/sql/values.ts'
import { modelReads, vectorsQuery, type VectorQuery } from '../../src/sql/vector-query.ts'
import { decisionRowsSql } from './decision-rows.ts'
import { placementSql, type SqlRequest } from './placement.ts'

/** The answer for one feature and one request: a value as delivered, the exact integer behind it, or the reason why there is none. */
export interface SqlAnswer {
  readonly value: SqlFeatureValue
  readonly exact?: bigint
  readonly rejected?: ErrorCode
}

/** A decision computed in SQL. */
export interface SqlDecision {
  /** Index of the triggering event in the log. */
  readonly event?: number
  /** The key of a tick. */
  readonly key?: Value
  readonly t: number
  readonly vector: Readonly<Record<string, SqlFeatureValue>>
  /** Absent where the score is the user's own function. */
  readonly score?: number | null
  /** A feature that the model reads is rejected, so the vector is too. */
  readonly rejected?: ErrorCode
}

const tables = { events: 'events', requests: 'requests' }

const eventsOf =
  ({ sources }: PipelineIR) =>
  (name: string): string =>
    `events_${sources.findIndex(source => source.name === name)}`

/** Values in SQL. Close it after use, which closes the engine. */
export class SqlValues {
  readonly #engine: SqlEngine<PointInTimeDialect>

  constructor(engine: SqlEngine<PointInTimeDialect>) {
    this.#engine = engine
  }

  /** Loads the events of `source` in a log, numbered by their index in it; replaces earlier ones. */
  load(source: SourceIR, log: readonly LoggedEvent[]): Promise<void> {
    return this.#replace(tables.events, eventTable(source, this.#engine.dialect), eventRows(source, log.entries()))
  }

  /** The features of a group, in order, for each request, over the events loaded last. */
  async values(group: GroupIR, source: SourceIR, requests: readonly SqlRequest[]): Promise<SqlAnswer[][]> {
    await this.#loadRequests(group, source, requests)
    const { sql, columns } = valuesQuery(group, source, tables, this.#engine.dialect)
    return (await this.#rows(`${sql} ORDER BY request`)).map(([, ...cells]) => {
      const answers: SqlAnswer[] = []
      columns.forEach(({ part }, i) => {
        const cell = cells[i]
        if (part === 'value') answers.push({ value: cell as SqlFeatureValue })
        else if (cell !== null && part !== 'bound') Object.assign(answers.at(-1)!, { [part]: cell })
      })
      return answers
    })
  }

  /** The tiles of the key of each request, by its number, over the events loaded last. */
  async tiles(group: GroupIR, source: SourceIR, requests: readonly SqlRequest[]): Promise<TileRow[]> {
    await this.#loadRequests(group, source, requests)
    const queries = tileQueries({
      group,
      source,
      events: visibleEventsSql(group, source, tables, this.#engine.dialect),
      by: ['_request'],
      before: '(e._excluded IS NULL OR e._seq <> e._excluded)',
      dialect: this.#engine.dialect,
    })
    const tileRows: TileRow[] = []
    for (const query of queries) for (const tile of readTileRows(query, await this.#rows(query.sql))) tileRows.push(tile)
    return tileRows
  }

  /** Every decision of a model on a log, in its order. */
  async decisions(pipeline: PipelineIR, model: ModelIR, log: readonly LoggedEvent[]): Promise<SqlDecision[]> {
    const { dialect } = this.#engine
    for (const source of pipeline.sources)
      await this.#replace(eventsOf(pipeline)(source.name), eventTable(source, dialect), eventRows(source, log.entries()))
    const { sql, hasScore } = decisionsQuery(pipeline, model, eventsOf(pipeline), dialect)
    const { inputs, decide } = model
    return (await this.#rows(sql)).map(([trigger, t, rejected, ...cells]) => ({
      ...(decide.kind === 'on' ? { event: Number(trigger) } : { key: typeof trigger === 'bigint' ? Number(trigger) : (trigger as Value) }),
      t: Number(t),
      vector: Object.fromEntries(inputs.map(({ name }, i) => [name, cells[i] as SqlFeatureValue])),
      ...(hasScore && { score: cells[inputs.length] as number | null }),
      ...(rejected !== null && { rejected: rejected as ErrorCode }),
    }))
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  #loadRequests(group: GroupIR, source: SourceIR, requests: readonly SqlRequest[]): Promise<void> {
    const key = group.key.map((name, i) => ({ name: `k${i}`, type: source.columns.find(column => column.name === name)!.type }))
    const rows = requests.map(({ key, prefix, upto, t, excludedEvent }, i) => [
      i,
      ...group.key.map((_, part) => key[part]),
      prefix,
      upto ?? null,
      t,
      excludedEvent ?? null,
    ])
    return this.#replace(tables.requests, [integer('request'), ...key, ...['prefix', 'upto', 't', 'excluded'].map(integer)], rows)
  }

  async #replace(table: string, columns: readonly SqlColumn[], rows: Iterable<readonly Value[]>): Promise<void> {
    await this.#engine.createTable(table, columns)
    await this.#engine.append(table, rows)
  }

  #rows(sql: string): Promise<SqlRow[]> {
    return allRows(this.#engine, sql)
  }
}

/**
 * Builds one query for every decision of a model on events or at ticks. Throws `SPILL_UNSUPPORTED` for a group scheduled by a cron, and for
 * a model that decides on request.
 */
export function decisionsQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  events: (source: string) => string,
  dialect: PointInTimeDialect,
): VectorQuery {
  const groups = modelReads(pipeline, model).map(({ group }) => group)
  const decisions = decisionRowsSql(pipeline, model, groups, events, dialect)
  const reads = { ...decisions, cutOf: ({ group }: { group: GroupIR }) => ({ ...placementSql(group, dialect), excluded: 'd._excluded' }) }
  return vectorsQuery(pipeline, model, reads, events, dialect)
}

/**
 * The events that each request sees, as a relation for `tileQueries` with `by: ['_request']`: of the request's key, visible at its log
 * position, not superseded there, and up to its as-of time. `_excluded` is the event that features with `before` leave out.
 */
function visibleEventsSql(group: GroupIR, source: SourceIR, { events, requests }: ValueTables, dialect: PointInTimeDialect): string {
  const names = columnNames(source, dialect)
  const sameKey = group.key.map((name, i) => `e.${names.get(name)} = a.k${i} AND `).join('')
  return `(
    SELECT e.*, a.request AS _request, a.excluded AS _excluded
    FROM (SELECT ${['s.*', ...revisionColumns(source, names)].join(', ')} FROM ${events} s) e
    JOIN ${requests} a ON ${sameKey}e._seq < a.prefix AND e._time <= a.t
    WHERE (a.upto IS NULL OR e._arrival <= a.upto)${countsSql(source)}
  )`
}
