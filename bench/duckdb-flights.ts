/**
 * The flights by DuckDB: Parquet to decisions in one query, with the features and the model of `examples/flights`.
 *
 * Departures are at whole minutes, so the pipeline's windows (hop one minute) equal SQL's exact `RANGE` windows. Local time becomes UTC
 * through a table of offsets, which is three times as fast as `timezone`.
 */
import { availableParallelism } from 'node:os'
import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api'
import coefficients from '../examples/flights/coefficients.json' with { type: 'json' }
import { airportsFile } from '../examples/flights/data.ts'
import { utcIn, zoneOf } from '../examples/flights/zones.ts'
import type { Decisions } from '../examples/flights/decisions.ts'

const HOUR = 3_600_000

const inputs = ['there.delay', 'there.late', 'there.landed', 'here.delay', 'here.late', 'here.landed', 'hour', 'distance'] as const

export class DuckDbFlights {
  readonly version: string
  readonly threads = availableParallelism()
  readonly #connection: DuckDBConnection
  readonly #file: string

  private constructor(connection: DuckDBConnection, version: string, file: string) {
    this.#connection = connection
    this.version = version
    this.#file = file
  }

  static async open(file: string): Promise<DuckDbFlights> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await createOffsets(connection)
    await findRepeated(connection, file)
    const version = await connection.runAndReadAll('SELECT version()')
    return new DuckDbFlights(connection, String(version.getRows()[0][0]), file)
  }

  async run(): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE decisions AS ${query(this.#file)}`)
  }

  /**
   * Compares our decisions with those of the last run, in order: number of unequal values of vectors, and greatest difference of scores.
   */
  async compare(ours: Decisions): Promise<{ decisions: number; differentValues: number; scoresApart: number }> {
    const columns = ['t', ...inputs, 'score'].map(name => `"${name}"::DOUBLE`)
    const stream = await this.#connection.stream(
      `SELECT ${columns.join(', ')} FROM decisions ANTI JOIN repeated USING (row) ORDER BY t, row`,
    )
    const vectors = [ours.t, ...inputs.map(name => ours.inputs.get(name)!)]
    let decisions = 0
    let differentValues = 0
    let scoresApart = 0
    for (let chunk = await stream.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await stream.fetchChunk()) {
      for (const [column, values] of vectors.entries()) {
        const theirs = doubles(chunk, column)
        for (let i = 0; i < chunk.rowCount; i++) if (!Object.is(values[decisions + i], theirs(i))) differentValues++
      }
      const scores = doubles(chunk, vectors.length)
      for (let i = 0; i < chunk.rowCount; i++) scoresApart = Math.max(scoresApart, Math.abs(ours.score[decisions + i] - scores(i)))
      decisions += chunk.rowCount
    }
    return { decisions, differentValues, scoresApart }
  }

  close(): void {
    this.#connection.closeSync()
  }
}

/** Rows of a DOUBLE column, NaN for NULL. */
function doubles(chunk: DuckDBDataChunk, column: number): (row: number) => number {
  const vector = chunk.getColumnVector(column)
  return row => (vector.getItem(row) as number | null) ?? NaN
}

/**
 * Flights that equal an earlier row: the pipeline treats them as duplicates and decides once. They are left out of the comparison, and stay
 * in the timing.
 */
async function findRepeated(connection: DuckDBConnection, file: string): Promise<void> {
  await connection.run(`
    CREATE TABLE repeated AS SELECT file_row_number AS row FROM read_parquet('${file}', file_row_number = true)
    QUALIFY row_number() OVER (PARTITION BY date, origin, destination, delay ORDER BY file_row_number) > 1`)
}

/** For each airport, its offset to UTC by period, in milliseconds: by the hour, with equal neighbours joined. */
async function createOffsets(connection: DuckDBConnection): Promise<void> {
  const airports = await connection.runAndReadAll(`SELECT iata, state, longitude FROM read_csv('${airportsFile}') WHERE country = 'USA'`)
  const zones = (airports.getRows() as [string, string, number][]).map(
    ([iata, state, longitude]) => [iata, zoneOf({ iata, state, longitude })] as const,
  )
  const periods = [...new Set(zones.map(([, zone]) => zone))].flatMap(zone =>
    periodsOf(zone).map(period => `('${zone}', ${period.join()})`),
  )
  await connection.run(`
    CREATE TABLE offsets AS SELECT airport, make_timestamp(since * 1000) AS since, make_timestamp(until * 1000) AS until, ahead
    FROM (VALUES ${zones.map(([iata, zone]) => `('${iata}', '${zone}')`).join()}) AS a(airport, zone)
    JOIN (VALUES ${periods.join()}) AS p(zone, since, until, ahead) USING (zone)`)
}

function periodsOf(zone: string): [since: number, until: number, ahead: number][] {
  const utcOf = utcIn(zone)
  const periods: [number, number, number][] = []
  for (let hour = Date.UTC(2001, 0, 1); hour <= Date.UTC(2001, 6, 2); hour += HOUR) {
    const ahead = hour - utcOf(hour)
    const last = periods.at(-1)
    if (last?.[2] === ahead) last[1] = hour + HOUR
    else periods.push([hour, hour + HOUR, ahead])
  }
  return periods
}

function query(file: string): string {
  const read = (name: string, key: string) => `${name} AS (
    SELECT row, sum(delay) OVER w::DOUBLE / count(delay) OVER w AS delay, sum((delay > 15)::INT) OVER w::DOUBLE / count(delay) OVER w AS late,
      count(delay) OVER w AS landed
    FROM (SELECT destination AS airport, landed AS time, delay, NULL AS row FROM flights WHERE delay BETWEEN -120 AND 1500
          UNION ALL SELECT ${key}, departed, NULL, row FROM flights)
    WINDOW w AS (PARTITION BY airport ORDER BY time RANGE BETWEEN ${HOUR} PRECEDING AND CURRENT ROW)
    QUALIFY row IS NOT NULL)`
  return `WITH flights AS MATERIALIZED (
    SELECT file_row_number AS row, origin, destination, distance, delay, hour(date) AS hour, epoch_ms(date) - ahead AS departed,
      epoch_ms(date) - ahead + round(distance * 1.609 / 800 * ${HOUR} + ${HOUR / 2})::BIGINT AS landed
    FROM read_parquet('${file}', file_row_number = true) JOIN offsets ON airport = origin AND date >= since AND date < until),
  ${read('there', 'destination')},
  ${read('here', 'origin')},
  vectors AS (
    SELECT row, departed AS t, ${['there', 'here'].flatMap(end => ['delay', 'late', 'landed'].map(name => `${end}.${name} AS "${end}.${name}"`)).join(', ')},
      hour, distance
    FROM flights JOIN there USING (row) JOIN here USING (row))
  SELECT *, ${scoreSql()} AS score FROM vectors`
}

function scoreSql(): string {
  const { intercept, weights } = coefficients
  const { hour, ...numbers } = weights
  const terms = Object.entries(numbers).map(([name, { weight, ifNull }]) => `${weight}::DOUBLE * coalesce("${name}", ${ifNull})`)
  const levels = Object.values(hour.levels).map(weight => `${weight}::DOUBLE`)
  return `1 / (1 + exp(-(${intercept}::DOUBLE + ${terms.join(' + ')} + [${levels.join()}][hour + 1])))`
}
