/** The history of job W by DuckDB, Parquet to Parquet, as one would write it by hand; and the comparison of both outputs. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { flightsFile } from '../examples/flights/data.ts'
import { aggregates, windows } from './job-w.ts'

const names = Object.keys(windows) as (keyof typeof windows)[]

/** Columns of job W over these windows. */
export const columnsOf = (of: readonly string[] = names): string[] => of.flatMap(window => aggregates.map(agg => `${agg}_${window}`))

export class DuckDbBackfill {
  readonly version: string
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection, version: string) {
    this.#connection = connection
    this.version = version
  }

  static async open(threads: number): Promise<DuckDbBackfill> {
    const connection = await (await DuckDBInstance.create(':memory:', { threads: String(threads) })).connect()
    await connection.run(`SET preserve_insertion_order = false; SET TimeZone = 'UTC'`)
    const version = await connection.runAndReadAll('SELECT version()')
    return new DuckDbBackfill(connection, String(version.getRows()[0][0]))
  }

  /**
   * The first `limit` flights as events: key the origin, time the departure as if its zone were UTC, value the delay in minutes. Returns
   * their number.
   */
  async prepare(file: string, limit: number): Promise<number> {
    await this.#connection.run(`SET preserve_insertion_order = true; COPY (
      SELECT row_number() OVER () - 1 AS row, origin AS key, delay::BIGINT AS value, timezone('UTC', date::TIMESTAMP) AS time FROM read_parquet('${flightsFile}')
      WHERE delay BETWEEN -120 AND 1500 LIMIT ${limit}) TO '${file}' (FORMAT parquet); SET preserve_insertion_order = false`)
    return Number((await this.#rows(`SELECT count(*) FROM read_parquet('${file}')`))[0][0])
  }

  /** Writes to a file, or to memory. */
  async run(file: string, to?: string): Promise<void> {
    const query = queryOf(file)
    await this.#connection.run(
      to === undefined ? `CREATE OR REPLACE TEMP TABLE result AS ${query}` : `COPY (${query}) TO '${to}' (FORMAT parquet)`,
    )
  }

  /** Keeps the output of `run` for some windows, for `floor`. */
  async keep(file: string, of: readonly string[]): Promise<void> {
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE kept AS SELECT row, key, time, ${columnsOf(of).join(', ')} FROM read_parquet('${file}')`,
    )
  }

  /** The part of a job without computation: reads the events from Parquet and writes the kept rows to it. */
  async floor(file: string, to: string): Promise<void> {
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE read AS FROM read_parquet('${file}'); COPY kept TO '${to}' (FORMAT parquet); DROP TABLE read`,
    )
  }

  /**
   * Rows of a store that differ from the file that `run` wrote, in the order of time and of the events' file; and the number of rows in
   * both.
   */
  async compare(store: string, file: string): Promise<{ rows: number; theirs: number; different: number }> {
    const features = columnsOf()
    await this.#connection.run(`SET preserve_insertion_order = true`)
    const parts = ['rows', ...features.map(name => `feature.${name}`)].map(
      name => `read_parquet('${store}/w/*/${name}.parquet', hive_partitioning = false)`,
    )
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE ours AS SELECT row_number() OVER () AS n, * FROM ${parts.join(' POSITIONAL JOIN ')}`,
    )
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE theirs AS SELECT row_number() OVER (ORDER BY time, row) AS n, * FROM read_parquet('${file}')`,
    )
    const apart = [
      'o."key.key" IS DISTINCT FROM t.key',
      'o.t IS DISTINCT FROM t.time',
      ...features.map(name => `o.${name} IS DISTINCT FROM t.${name}`),
    ]
    const [[rows, theirs, different]] = await this.#rows(
      `SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM theirs), count(*) FILTER (${apart.join(' OR ')}) FROM ours o JOIN theirs t USING (n)`,
    )
    await this.#connection.run(`DROP TABLE ours; DROP TABLE theirs; SET preserve_insertion_order = false`)
    return { rows: Number(rows), theirs: Number(theirs), different: Number(different) }
  }

  /** The same for a folder that Spark wrote, for some windows, by row numbers. */
  async compareSpark(folder: string, file: string, of: readonly string[]): Promise<{ rows: number; different: number }> {
    const apart = ['s.key IS DISTINCT FROM t.key', ...columnsOf(of).map(name => `s.${name} IS DISTINCT FROM t.${name}`)]
    const [[rows, different]] = await this.#rows(
      `SELECT count(*), count(*) FILTER (${apart.join(' OR ')}) FROM read_parquet('${folder}/*.parquet') s JOIN read_parquet('${file}') t USING (row)`,
    )
    return { rows: Number(rows), different: Number(different) }
  }

  close(): void {
    this.#connection.closeSync()
  }

  async #rows(sql: string): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows()
  }
}

/** The mean as sum over count: equal to ours bit by bit, and faster than `avg`, since it shares its windows with both. */
function queryOf(file: string): string {
  const columns = names.flatMap(window =>
    aggregates.map(agg =>
      agg === 'mean'
        ? `(sum(value) OVER ${window})::DOUBLE / count(value) OVER ${window} AS mean_${window}`
        : `${agg === 'sum' ? `(sum(value) OVER ${window})::BIGINT` : `${agg}(value) OVER ${window}`} AS ${agg}_${window}`,
    ),
  )
  const frames = names.map(
    window => `${window} AS (PARTITION BY key ORDER BY epoch_ms(time) RANGE BETWEEN ${windows[window]} PRECEDING AND CURRENT ROW)`,
  )
  return `SELECT file_row_number AS row, key, time, ${columns.join(', ')} FROM read_parquet('${file}', file_row_number = true) WINDOW ${frames.join(', ')}`
}
