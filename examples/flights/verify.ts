/**
 * Verifies the meaning of the columns from the flights themselves. Prints each fact with its figure; exits 1 if one does not hold.
 *
 *     node examples/flights/verify.ts
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { airportsFile, flightsFile } from './data.ts'
import { zoneOf } from './zones.ts'

export interface Fact {
  readonly fact: string
  readonly figure: string
  readonly holds: boolean
}

type Row = readonly (number | string)[]

export async function verify(): Promise<Fact[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`CREATE VIEW flights AS SELECT * FROM read_parquet('${flightsFile}')`)
  await loadAirports(connection)
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson().map(row => row.map(readable))
  const facts = [...(await actualDeparture(ask)), await arrivalDelay(ask), ...(await localTime(ask)), await miles(ask)]
  connection.closeSync()
  return facts
}

type Ask = (sql: string) => Promise<Row[]>

/**
 * Scheduled times are multiples of five minutes. A scheduled `date` would be one, and so would `date − delay` if `delay` were the departure
 * delay.
 */
async function actualDeparture(ask: Ask): Promise<Fact[]> {
  const [[grid, back]] = (await ask(`
    SELECT avg((minute(date) % 5 = 0)::INT), avg(((minute(date) - delay) % 5 = 0)::INT) FROM flights`)) as [[number, number]]
  return [
    { fact: '`date` is not the schedule: few stand on a multiple of five minutes', figure: percent(grid), holds: grid < 0.5 },
    { fact: '`date − delay` is not the schedule either: `delay` is not the departure’s', figure: percent(back), holds: back < 0.3 },
  ]
}

/**
 * On a route with one flight a day at about the same minute, the usual minute stands for the schedule. A departure one minute later then
 * means a `delay` almost one minute longer: so `date` is the actual departure, and `delay` the arrival delay.
 */
async function arrivalDelay(ask: Ask): Promise<Fact> {
  const [[slope, correlation, onTime]] = (await ask(`
    WITH daily AS (
      SELECT origin, destination, date::DATE AS day, min(hour(date) * 60 + minute(date)) AS left_at, min(delay) AS delay
      FROM flights WHERE hour(date) BETWEEN 8 AND 20 AND delay BETWEEN -60 AND 180 AND date BETWEEN '2001-04-02' AND '2001-06-01'
      GROUP BY ALL HAVING count(*) = 1),
    usual AS (
      SELECT origin, destination, mode(left_at) AS minute FROM daily
      GROUP BY ALL HAVING count(*) >= 30 AND quantile_cont(left_at, 0.75) - quantile_cont(left_at, 0.25) <= 20)
    SELECT regr_slope(delay, left_at - minute), corr(delay, left_at - minute), regr_intercept(delay, left_at - minute)
    FROM daily JOIN usual USING (origin, destination) WHERE abs(left_at - minute) < 120`)) as [[number, number, number]]
  return {
    fact: 'a minute later at the gate is this much later at the end: `date` is the actual departure, `delay` the arrival’s',
    figure: `${slope.toFixed(2)} min (correlation ${correlation.toFixed(2)}; ${onTime.toFixed(1)} min when leaving as usual)`,
    holds: slope > 0.8 && slope < 1.1 && correlation > 0.6 && correlation < 0.95,
  }
}

/**
 * Airports are quiet at night and busy from six, by their local clocks. Where clocks did not change in April, the hour of the network
 * moved.
 */
async function localTime(ask: Ask): Promise<Fact[]> {
  const nights = await ask(`
    SELECT zone, avg((hour(date) BETWEEN 1 AND 4)::INT), min(hour(date)) FILTER (WHERE share > 0.02 AND hour(date) > 4)
    FROM (SELECT zone, date, count(*) OVER (PARTITION BY zone, hour(date)) / count(*) OVER (PARTITION BY zone) AS share
          FROM flights JOIN airports ON airport = origin WHERE hour(date) > 0)
    GROUP BY zone HAVING count(*) > 10000 ORDER BY zone`)
  const shifts = await ask(`
    SELECT zone, avg(hour(date) * 60 + minute(date)) FILTER (WHERE date >= '2001-04-01')
               - avg(hour(date) * 60 + minute(date)) FILTER (WHERE date < '2001-04-01')
    FROM flights JOIN airports ON airport = origin WHERE date BETWEEN '2001-03-04' AND '2001-04-29' AND hour(date) > 4
    GROUP BY zone HAVING count(*) > 4000 ORDER BY zone`)
  const fixed = new Set(['America/Phoenix', 'America/Indiana/Indianapolis', 'America/Puerto_Rico'])
  const moved = shifts.filter(([zone]) => fixed.has(zone as string))
  const stayed = shifts.filter(([zone]) => !fixed.has(zone as string) && zone !== 'Pacific/Honolulu')
  return [
    {
      fact: '`date` is local: in every zone nights are empty and the first busy hour (above 2 %) is five or six',
      figure: nights.map(([zone, night, first]) => `${zone} ${first}h (${percent(night as number)} at night)`).join(', '),
      holds: nights.every(([, night, first]) => (night as number) < 0.06 && (first === 6 || first === 5)),
    },
    {
      fact: 'when summer time began, departures moved earlier by the clock only where clocks stayed',
      figure: [...moved, ...stayed].map(([zone, minutes]) => `${zone} ${(minutes as number).toFixed(0)} min`).join(', '),
      holds: moved.length === 3 && moved.every(([, by]) => (by as number) < -30) && stayed.every(([, by]) => Math.abs(by as number) < 15),
    },
  ]
}

/** Compares `distance` with the great circle between the airports, in statute miles. */
async function miles(ask: Ask): Promise<Fact> {
  const [[mean, worst, routes]] = (await ask(`
    WITH routes AS (SELECT DISTINCT origin, destination, distance FROM flights)
    SELECT avg(abs(distance - circle)), max(abs(distance - circle)), count(*) FROM (
      SELECT distance, 3958.8 * 2 * asin(sqrt(pow(sin(radians(b.latitude - a.latitude) / 2), 2)
        + cos(radians(a.latitude)) * cos(radians(b.latitude)) * pow(sin(radians(b.longitude - a.longitude) / 2), 2))) AS circle
      FROM routes JOIN airports a ON a.airport = origin JOIN airports b ON b.airport = destination)`)) as [[number, number, number]]
  return {
    fact: '`distance` is in miles: the great circle between the airports',
    figure: `off by ${mean.toFixed(1)} miles on average, ${worst.toFixed(1)} at most, over ${routes} routes`,
    holds: mean < 3 && worst < 15,
  }
}

async function loadAirports(connection: DuckDBConnection): Promise<void> {
  const found = await connection.runAndReadAll(`
    SELECT iata, state, latitude, longitude FROM read_csv('${airportsFile}')
    WHERE iata IN (SELECT origin FROM flights UNION SELECT destination FROM flights)`)
  const rows = (found.getRows() as [string, string, number, number][]).map(
    ([iata, state, latitude, longitude]) => `('${iata}', '${zoneOf({ iata, state, longitude })}', ${latitude}, ${longitude})`,
  )
  await connection.run(`CREATE TABLE airports AS FROM (VALUES ${rows.join(', ')}) AS t(airport, zone, latitude, longitude)`)
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`
const readable = (value: unknown): number | string => (Number.isFinite(Number(value)) ? Number(value) : String(value))

if (import.meta.main) {
  const facts = await verify()
  for (const { fact, figure, holds } of facts) console.log(`${holds ? 'yes' : 'NO '}  ${fact}\n     ${figure}`)
  process.exitCode = facts.every(({ holds }) => holds) ? 0 : 1
}
