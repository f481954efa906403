/**
 * Outcomes of all flights, ordered by departure, then by row. This is the order in which a model without departure ids decides, such as
 * that of `weekly.ts`. Read from the file, not through a pipeline.
 */
import { DuckDBInstance, type DuckDBDataChunk } from '@duckdb/node-api'
import { departed, flightsFile, LATE } from './data.ts'

export interface Outcomes {
  /** UTC milliseconds, ascending. */
  readonly departed: Float64Array
  /** 1 if the flight arrived more than `LATE` minutes late. */
  readonly late: Uint8Array
}

/** Reads the file once: 2 s and 100 MB for its three million flights. */
export async function outcomes(): Promise<Outcomes> {
  const { times, delays } = await read()
  const order = Uint32Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b)
  return {
    departed: Float64Array.from(order, row => times[row]),
    late: Uint8Array.from(order, row => Number(delays[row] > LATE)),
  }
}

async function read(): Promise<{ times: Float64Array; delays: Float64Array }> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const airports = (await connection.runAndReadAll(`SELECT DISTINCT origin FROM read_parquet('${flightsFile}') ORDER BY 1`))
    .getRows()
    .map(([airport]) => String(airport))
  const count = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${flightsFile}')`)
  const times = new Float64Array(Number(count.getRows()[0][0]))
  const delays = new Float64Array(times.length)
  const stream = await connection.stream(`
    SELECT epoch_ms(date)::DOUBLE, delay::DOUBLE, list_position([${airports.map(airport => `'${airport}'`).join()}], origin)::DOUBLE
    FROM read_parquet('${flightsFile}')`)
  let at = 0
  for (let chunk = await stream.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await stream.fetchChunk()) {
    const [date, delay, origin] = [numbersOf(chunk, 0), numbersOf(chunk, 1), numbersOf(chunk, 2)]
    for (let i = 0; i < chunk.rowCount; i++, at++) {
      times[at] = departed({ date: date[i], origin: airports[origin[i] - 1] })
      delays[at] = delay[i]
    }
  }
  connection.closeSync()
  return { times, delays }
}

/** A DOUBLE column without NULLs. */
const numbersOf = (chunk: DuckDBDataChunk, column: number) =>
  (chunk.getColumnVector(column) as unknown as { readonly items: Float64Array }).items
