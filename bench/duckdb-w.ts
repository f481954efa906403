/**
 * Job W by DuckDB on one thread: SQL's `RANGE` windows into a table, which is the corrected form.
 *
 * The mean is computed in two ways. `avg`, as anyone would write it, differed by one unit in the last place from fl(fl(S) / n); sum over
 * count equals ours and is a fifth faster, since it shares its windows with both. Both are timed, the latter once.
 */
import { BIGINT, DuckDBDataChunk, DuckDBInstance, INTEGER, type DuckDBConnection } from '@duckdb/node-api'
import { aggregates, windows, type Result } from './job-w.ts'
import type { Events } from './data/synthetic.ts'

const CHUNK = 2048
const means = {
  avg: (window: string) => `avg(value) OVER ${window}`,
  sumOverCount: (window: string) => `(sum(value) OVER ${window})::DOUBLE / count(value) OVER ${window}`,
} as const

export class DuckDbW {
  readonly version: string
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection, version: string) {
    this.#connection = connection
    this.version = version
  }

  static async load(events: Events): Promise<DuckDbW> {
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
    await connection.run('SET preserve_insertion_order = false')
    await connection.run('CREATE TABLE events (row INTEGER, key INTEGER, time BIGINT, value BIGINT)')
    await append(connection, events)
    const version = await connection.runAndReadAll('SELECT version()')
    return new DuckDbW(connection, String(version.getRows()[0][0]))
  }

  async run(mean: keyof typeof means): Promise<void> {
    const columns = Object.keys(windows).flatMap(window =>
      aggregates.map(agg => `${agg === 'mean' ? means[mean](window) : `${agg}(value) OVER ${window}`} AS ${agg}_${window}`),
    )
    const frames = Object.entries(windows).map(
      ([window, span]) => `${window} AS (PARTITION BY key ORDER BY time RANGE BETWEEN ${span} PRECEDING AND CURRENT ROW)`,
    )
    await this.#connection.run(
      `CREATE OR REPLACE TEMP TABLE result AS SELECT row, key, time, value, ${columns.join(', ')} FROM events WINDOW ${frames.join(', ')}`,
    )
  }

  /** Number of our rows with a value that differs from the last run's, and the number of rows. */
  async compare({ columns, rows }: Result): Promise<{ rows: number; different: number }> {
    const rowOf = rows && inverse(rows)
    const names = Object.keys(windows).flatMap(window => aggregates.map(agg => `${agg}_${window}::DOUBLE`))
    const stream = await this.#connection.stream(`SELECT row, ${names.join(', ')} FROM result`)
    let rowsRead = 0
    let different = 0
    for (let chunk = await stream.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await stream.fetchChunk()) {
      const theirs = columns.map((_, i) => numbersOf(chunk, i + 1))
      const ids = numbersOf(chunk, 0)
      for (let i = 0; i < chunk.rowCount; i++) {
        const row = rowOf ? rowOf[ids[i]] : ids[i]
        if (!columns.every(({ values, nulls }, c) => nulls[row] === 0 && values[row] === theirs[c][i])) different++
      }
      rowsRead += chunk.rowCount
    }
    return { rows: rowsRead, different }
  }

  close(): void {
    this.#connection.closeSync()
  }
}

/** The events with their rows, keys, times and values. */
export async function append(connection: DuckDBConnection, { length, key, time, value }: Events, table = 'events'): Promise<void> {
  const appender = await connection.createAppender(table)
  for (let from = 0; from < length; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, length - from) }, (_, i) => from + i)
    const chunk = DuckDBDataChunk.create([INTEGER, INTEGER, BIGINT, BIGINT], rows.length)
    chunk.setColumns([rows, rows.map(row => key[row]), rows.map(row => BigInt(time[row])), rows.map(row => BigInt(value[row]))])
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** The numbers of a column without NULLs: an INTEGER or a DOUBLE. */
function numbersOf(chunk: DuckDBDataChunk, column: number): ArrayLike<number> {
  return (chunk.getColumnVector(column) as unknown as { readonly items: ArrayLike<number> }).items
}

function inverse(rows: Uint32Array): Uint32Array {
  const result = new Uint32Array(rows.length)
  for (let i = 0; i < rows.length; i++) result[rows[i]] = i
  return result
}
