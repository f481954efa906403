/**
 * The pipeline of `bench ui`: that of `bench action`, and a source with ten times as many events, on which nothing is decided. Its hybrid
 * group has batch runs.
 */
import { count, every, features, hybrid, pipeline, source, stream, t } from '../../src/index.ts'
import { alarm, device, KEYS, risk } from './alarm-pipeline.ts'

export const beats = source('beats', {
  schema: { device, level: t.double(), at: t.timestamp() },
  key: 'device',
  time: 'at',
})
const seen = features('seen', { from: beats, entity: device, place: stream, values: b => ({ n: count('1h'), last: b.level.last('1h') }) })
const usual = features('usual', { from: beats, entity: device, place: hybrid(every('24h')), values: b => ({ mean: b.level.mean('7d') }) })
export const watchedAlarms = pipeline('alarms', [risk, alarm, seen, usual])

/** The beat with that number; devices take turns. */
export const beatOf = (number: number, at: number): object => ({ device: deviceOf(number), level: ((number * 31) % 1000) / 1000, at })

/** The name of a device, as those of `signalText`. */
export const deviceOf = (number: number): string => `d${(number * 7919) % KEYS}`
