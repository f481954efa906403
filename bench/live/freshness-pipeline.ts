/**
 * The pipeline of `bench freshness`: readings with ids, a group, and a decision on each reading.
 *
 * One sensor is the probe. Its reading is the last of each batch; its level is the number of the batch, and its newest levels are a
 * feature. So a reader of that feature knows which batches are applied, in whatever order they came.
 */
import { count, features, model, on, pipeline, rules, stream } from '../../src/index.ts'
import { readingOf, readings, sensor, type Reading } from './readings.ts'

export const SENSORS = 10_000
export const PROBE = 'probe'
const NEWEST = 16

const now = features('now', {
  from: readings,
  entity: sensor,
  place: stream,
  values: r => ({ n: count('1h'), mean: r.level.mean('1h'), low: r.level.min('1h'), newest: r.level.lastK(NEWEST, '1h') }),
})
const watch = model('watch', {
  decide: on(readings),
  inputs: r => ({ n: now.of(r.sensor).n, mean: now.of(r.sensor).mean, low: now.of(r.sensor).low }),
  score: v => rules([{ when: v.low.lt(50), score: 0.9 }], 0.1),
})

export const fresh = pipeline('fresh', [watch])
export const PROBED = `/features/now?key=${PROBE}`

export interface ProbeFeatures {
  readonly features: { readonly n: number; readonly newest: readonly number[] | null }
}

/** A batch of readings at one time, UTC ms; ids are unique. */
export function batchOfReadings(batch: number, size: number, at: number): Reading[] {
  const first = batch * size
  const others = Array.from({ length: size - 1 }, (_, i) => ({ ...readingOf(first + i, SENSORS, at), id: `${size}-${first + i}` }))
  return [...others, { id: `probe-${batch}`, sensor: PROBE, level: batch, at }]
}
