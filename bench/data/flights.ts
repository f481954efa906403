/** The landings of the flights: key the destination, value the delay in minutes, time and arrival of the landing, in that order. */
import { ascendingOrder } from '../../src/columns/order.ts'
import { openInput } from '../../src/files/open-input.ts'
import { flightsFile, landed, type Flight } from '../../examples/flights/data.ts'
import type { Events } from './synthetic.ts'

const columns = ['date', 'delay', 'distance', 'origin', 'destination']
/** Bounds of the example's source `landings`: it rejects delays beyond them. */
const accepted = ({ delay }: Flight): boolean => delay >= -120 && delay <= 1500

/** At most the first `limit` flights of the file. */
export async function landings(limit: number): Promise<Events> {
  const flights: { time: number; key: number; value: number }[] = []
  const keys = new Map<string, number>()
  const file = await openInput(flightsFile)
  for await (const { records } of file.batches(columns)) {
    for (const flight of records as readonly Flight[]) {
      if (!accepted(flight)) continue
      const key = keys.get(flight.destination) ?? keys.size
      keys.set(flight.destination, key)
      flights.push({ time: landed(flight), key, value: flight.delay })
    }
    if (flights.length >= limit) break
  }
  const time = Float64Array.from(flights, flight => flight.time)
  const rows = (ascendingOrder(time) ?? Uint32Array.from(time.keys())).subarray(0, limit)
  const sorted = Float64Array.from(rows, row => time[row])
  return {
    length: rows.length,
    time: sorted,
    arrival: sorted,
    key: Int32Array.from(rows, row => flights[row].key),
    value: Float64Array.from(rows, row => flights[row].value),
  }
}
