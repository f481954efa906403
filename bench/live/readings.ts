/** Generated readings of sensors: the events of the benches of a run, and its smallest pipeline. */
import { count, entity, features, pipeline, source, stream, t } from '../../src/index.ts'

export const sensor = entity('sensor', t.string())
export const schema = { id: t.string(), sensor, level: t.int(), at: t.timestamp() }

/** With append ids or without; the columns are the same. */
export const readings = source('readings', { schema, key: 'sensor', time: 'at', id: 'id' })
export const readingsWithoutIds = source('readings', { schema, key: 'sensor', time: 'at' })

/** One small group: a run does little beside keeping its log. */
export const counting = pipeline('counting', [
  features('recent', { from: readings, entity: sensor, place: stream, values: () => ({ n: count('1h') }) }),
])
export const countingWithoutIds = pipeline('counting', [
  features('recent', { from: readingsWithoutIds, entity: sensor, place: stream, values: () => ({ n: count('1h') }) }),
])

export interface Reading {
  readonly id: string
  readonly sensor: string
  readonly level: number
  /** UTC ms. */
  readonly at: number
}

/** The reading with that number; sensors take turns. */
export const readingOf = (number: number, sensors: number, at: number): Reading => ({
  id: `reading-${number}`,
  sensor: `sensor-${String(number % sensors).padStart(6, '0')}`,
  level: 40 + ((number * 7919) % 361),
  at,
})

/** The number of a reading, from −1 on. */
export const numberOf = (id: string): number => Number(id.slice('reading-'.length))

export const readingsFrom = (first: number, count: number, sensors: number, at: number): Reading[] =>
  Array.from({ length: count }, (_, i) => readingOf(first + i, sensors, at))
