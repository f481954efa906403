/**
 * Job W at rows of keys and times, as known by arrival, by DuckDB.
 *
 * SQL's windows have no arrival, and a join of each row with a week of its key's events takes DuckDB minutes. So the query uses a bound of
 * the data: the greatest lateness. Events older than that at a row's time have arrived and are summed by windows; the others are joined, by
 * spans of that length, with the condition on arrival; and both parts are combined.
 */
import { availableParallelism } from 'node:os'
import { BIGINT, DuckDBDataChunk, DuckDBInstance, INTEGER, type DuckDBConnection } from '@duckdb/node-api'
import { append } from './duckdb-w.ts'
import { aggregates, windows } from './job-w.ts'
import type { Events } from './data/synthetic.ts'

const CHUNK = 2048

/** Keys and times, UTC ms. */
export interface AskedKeys {
  readonly length: number
  readonly key: Int32Array
  readonly t: Float64Array
}

export class DuckDbRows {
  readonly version: string
  readonly threads = availableParallelism()
  readonly #connection: DuckDBConnection
  /** Greatest delay from an event to its arrival, ms. */
  readonly #lateness: number

  private constructor(connection: DuckDBConnection, version: string, lateness: number) {
    this.#connection = connection
    this.version = version
    this.#lateness = lateness
  }

  static async load(events: Events, requested: AskedKeys): Promise<DuckDbRows> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run('SET preserve_insertion_order = false')
    await connection.run('CREATE TABLE loaded (row INTEGER, key INTEGER, time BIGINT, value BIGINT)')
    await append(connection, events, 'loaded')
    await connection.run('CREATE TABLE arrivals (row INTEGER, arrival BIGINT)')
    await appendNumbers(connection, 'arrivals', events.length, [events.arrival])
    await connection.run('CREATE TABLE events AS SELECT key, time, arrival, value FROM loaded JOIN arrivals USING (row)')
    await connection.run('CREATE TABLE asked (row INTEGER, key BIGINT, t BIGINT)')
    await appendNumbers(connection, 'asked', requested.length, [requested.key, requested.t])
    const version = await connection.runAndReadAll('SELECT version()')
    const lateness = events.arrival.reduce((most, arrival, row) => Math.max(most, arrival - events.time[row]), 1)
    return new DuckDbRows(connection, String(version.getRows()[0][0]), lateness)
  }

  async run(): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE result AS ${query(this.#lateness)}`)
  }

  /** Number of our values (by feature, by row; NaN for NULL) that differ from the last run's, and the number of rows. */
  async compare(ours: readonly Float64Array[]): Promise<{ rows: number; differentValues: number }> {
    const names = Object.keys(windows).flatMap(window => aggregates.map(agg => `${agg}_${window}::DOUBLE`))
    const stream = await this.#connection.stream(`SELECT row, ${names.join(', ')} FROM result`)
    let [rows, differentValues] = [0, 0]
    for (let chunk = await stream.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await stream.fetchChunk()) {
      const ids = chunk.getColumnVector(0)
      ours.forEach((values, c) => {
        const theirs = chunk.getColumnVector(c + 1)
        for (let i = 0; i < chunk.rowCount; i++)
          if (!Object.is(values[ids.getItem(i) as number], (theirs.getItem(i) as number | null) ?? NaN)) differentValues++
      })
      rows += chunk.rowCount
    }
    return { rows, differentValues }
  }

  /** Writes the events and the first requested rows in the form that Feast reads. */
  async writeForFeast(folder: string, rows: number): Promise<void> {
    const at = (ms: string) => `make_timestamptz(${ms} * 1000)`
    const columns = 'value::DOUBLE AS amount, value * 2.0::DOUBLE AS twice, value * 3.0::DOUBLE AS thrice'
    const [events, requested] = ['events', 'asked'].map(name => `'${folder}/${name}.parquet' (FORMAT parquet)`)
    await this.#connection.run(`COPY (SELECT key::VARCHAR AS key, ${at('time')} AS at, ${columns} FROM events) TO ${events}`)
    await this.#connection.run(
      `COPY (SELECT key::VARCHAR AS key, ${at('t')} AS event_timestamp FROM asked WHERE row < ${rows}) TO ${requested}`,
    )
  }

  close(): void {
    this.#connection.closeSync()
  }
}

const names = Object.keys(windows) as (keyof typeof windows)[]
const parts = ['count', 'sum', 'min', 'max'] as const

/** `late`: greatest delay from an event to its arrival, ms. */
function query(late: number): string {
  const longer = names.filter(name => windows[name] > late)
  const frames = longer.map(
    name => `${name} AS (PARTITION BY key ORDER BY moment RANGE BETWEEN ${windows[name]} PRECEDING AND ${late} PRECEDING)`,
  )
  const before = longer.flatMap(name => parts.map(part => `${part}(value) OVER ${name} AS old_${part}_${name}`))
  const since = names.flatMap(name => {
    const within = windows[name] < late ? ` FILTER (e.time >= a.t - ${windows[name]})` : ''
    return parts.map(part => `${part}(e.value)${within} AS new_${part}_${name}`)
  })
  return `WITH merged AS (
    SELECT key, time AS moment, value, NULL::INTEGER AS row FROM events UNION ALL SELECT key, t, NULL, row FROM asked
  ), old AS (
    SELECT row, ${before.join(', ')} FROM merged WINDOW ${frames.join(', ')} QUALIFY row IS NOT NULL
  ), spans AS (
    SELECT *, time // ${late} AS span FROM events UNION ALL SELECT *, time // ${late} + 1 FROM events
  ), new AS (
    SELECT a.row, ${since.join(', ')} FROM asked a JOIN spans e
    ON e.key = a.key AND e.span = a.t // ${late} AND e.time > a.t - ${late} AND e.time <= a.t AND e.arrival <= a.t GROUP BY a.row
  )
  SELECT old.row, ${names.flatMap(name => aggregates.map(agg => `${together(agg, name, longer.includes(name))} AS ${agg}_${name}`)).join(', ')}
  FROM old LEFT JOIN new USING (row)`
}

/** An aggregate of both parts; `new` is NULL without recent events. */
function together(agg: (typeof aggregates)[number], name: string, isLonger: boolean): string {
  const [old, recent] = [(part: string) => (isLonger ? `old_${part}_${name}` : 'NULL'), (part: string) => `new_${part}_${name}`]
  if (agg === 'min' || agg === 'max') return `${agg === 'min' ? 'least' : 'greatest'}(${old(agg)}, ${recent(agg)})`
  const count = `(coalesce(${old('count')}, 0) + coalesce(${recent('count')}, 0))`
  const sum = `coalesce(${old('sum')} + ${recent('sum')}, ${old('sum')}, ${recent('sum')})`
  return agg === 'count' ? count : agg === 'sum' ? sum : `(${sum})::DOUBLE / nullif(${count}, 0)`
}

/** Rows numbered from 0, with columns of integers. */
async function appendNumbers(
  connection: DuckDBConnection,
  table: string,
  length: number,
  columns: readonly (Float64Array | Int32Array)[],
): Promise<void> {
  const appender = await connection.createAppender(table)
  for (let from = 0; from < length; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, length - from) }, (_, i) => from + i)
    const chunk = DuckDBDataChunk.create([INTEGER, ...columns.map(() => BIGINT)], rows.length)
    chunk.setColumns([rows, ...columns.map(values => rows.map(row => BigInt(values[row])))])
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}
