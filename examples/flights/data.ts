/** The flights file, and the meaning of its rows. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { utcIn, zoneOf } from './zones.ts'

/** A row of the file: one flight. `verify.ts` shows the meaning of the columns from the data. */
export interface Flight {
  /** Actual departure, wall-clock milliseconds in the zone of the origin. */
  readonly date: number
  /** Arrival delay, minutes; negative is early. */
  readonly delay: number
  /** Miles. */
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** A flight that arrives more than this many minutes after its time is late. */
export const LATE = 15

const data = new URL('../data/', import.meta.resolve('vega-datasets'))
export const flightsFile = fileURLToPath(new URL('flights-3m.parquet', data))
export const airportsFile = fileURLToPath(new URL('airports.csv', data))

const HOUR = 3_600_000
const KM_PER_MILE = 1.609
const CRUISE_KM_PER_HOUR = 800
const TAXI = 0.5 * HOUR

/** UTC milliseconds of the departure. */
export function departed(flight: Pick<Flight, 'date' | 'origin'>): number {
  const utc = utcOf.get(flight.origin)
  if (utc === undefined) throw new RangeError(`airport ${flight.origin} is not in ${airportsFile}`)
  return utc(flight.date)
}

/** UTC milliseconds of the landing. The file does not state it: it is estimated as the distance at 800 km/h plus half an hour. */
export function landed(flight: Flight): number {
  return departed(flight) + Math.round(((flight.distance * KM_PER_MILE) / CRUISE_KM_PER_HOUR) * HOUR + TAXI)
}

/**
 * A key in place of the missing flight number, so that a landing can name its departure: a hash of the whole row, including the delay. 191
 * pairs of flights share all fields, and cannot be told apart.
 */
export function flightId({ date, delay, origin, destination }: Flight): number {
  let [high, low] = [1, 2]
  for (const word of [date / 60_000, delay, letters(origin), letters(destination)]) {
    high = Math.imul(high ^ word, 0x85ebca6b)
    low = Math.imul(low ^ word, 0xc2b2ae35)
    high ^= (high >>> 15) ^ low
    low ^= (low >>> 13) ^ high
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

const letters = (airport: string): number => (airport.charCodeAt(0) << 16) | (airport.charCodeAt(1) << 8) | airport.charCodeAt(2)

/** The hour by the local clock of the origin. */
export const localHour = ({ date }: Flight): number => new Date(date).getUTCHours()

const utcOf = new Map(airports().map(([airport, zone]) => [airport, zone] as const))

/** Every airport with its conversion from local time to UTC; airports of one zone share it. */
function airports(): [airport: string, utc: (local: number) => number][] {
  const byZone = new Map<string, (local: number) => number>()
  const [, ...lines] = readFileSync(airportsFile, 'utf8').trimEnd().split('\n')
  return lines.flatMap(line => {
    // Only names contain commas; they stand between the code and the city.
    const fields = line.split(',')
    const [state, country, , longitude] = fields.slice(-4)
    if (country !== 'USA') return []
    const zone = zoneOf({ iata: fields[0], state, longitude: Number(longitude) })
    const utc = byZone.get(zone) ?? utcIn(zone)
    byZone.set(zone, utc)
    return [[fields[0], utc]]
  })
}
