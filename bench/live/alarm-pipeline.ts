/**
 * Readings with alarms: the pipeline of `bench action`, 20 features of a key, a logistic score over them, and a webhook.
 *
 * A field of the reading decides whether it alarms, and outweighs the features, so the share of actions is known. The reading and the
 * effect contain the due time, so the receiver alone can measure the latency.
 */
import { action, count, env, entity, features, logistic, model, on, pipeline, source, stream, t, webhook } from '../../src/index.ts'

export const KEYS = 50_000

export const device = entity('device', t.string())
export const signals = source('signals', {
  schema: { id: t.string(), device, level: t.double(), alarms: t.int(), due: t.double(), at: t.timestamp() },
  key: 'device',
  time: 'at',
  id: 'id',
})
const now = features('now', {
  from: signals,
  entity: device,
  place: stream,
  values: s => ({
    n1m: count('1m'),
    n10m: count('10m'),
    n1h: count('1h'),
    n1d: count('1d'),
    sum10m: s.level.sum('10m'),
    sum1h: s.level.sum('1h'),
    sum1d: s.level.sum('1d'),
    mean1m: s.level.mean('1m'),
    mean10m: s.level.mean('10m'),
    mean1h: s.level.mean('1h'),
    mean1d: s.level.mean('1d'),
    min10m: s.level.min('10m'),
    min1h: s.level.min('1h'),
    max10m: s.level.max('10m'),
    max1h: s.level.max('1h'),
    spread10m: s.level.stddev('10m'),
    spread1h: s.level.stddev('1h'),
    slope10m: s.level.slope('10m'),
    slope1h: s.level.slope('1h'),
    last: s.level.last('1h'),
  }),
})
const small = { weight: 0.01, ifNull: 0 }
export const risk = model('risk', {
  decide: on(signals),
  inputs: s => ({ alarms: s.alarms, due: s.due, now: now.of(s.device) }),
  score: logistic({
    intercept: -6,
    weights: {
      alarms: 12,
      'now.n1m': small,
      'now.n10m': small,
      'now.n1h': small,
      'now.n1d': small,
      'now.sum10m': small,
      'now.sum1h': small,
      'now.sum1d': small,
      'now.mean1m': small,
      'now.mean10m': small,
      'now.mean1h': small,
      'now.mean1d': small,
      'now.min10m': small,
      'now.min1h': small,
      'now.max10m': small,
      'now.max1h': small,
      'now.spread10m': small,
      'now.spread1h': small,
      'now.slope10m': small,
      'now.slope1h': small,
      'now.last': small,
    },
  }),
})
export const HOOK = 'BENCH_HOOK'
export const alarm = action('alarm', { when: risk.score.gte(0.5), do: webhook(env(HOOK), { allowPrivate: true }) })
export const alarms = pipeline('alarms', [risk, alarm])

/** The fields of a reading. */
export interface Signal {
  readonly id: string
  readonly device: string
  readonly level: number
  readonly alarms: 0 | 1
  readonly due: number
  readonly at: number
}

/** A reading as JSON. The share `share` of them alarm; `due` is the time of sending, by the shared clock. */
export function signalText(number: number, share: number, due: number, at: number): string {
  const level = ((number * 7919) % 200) / 100 - 1
  return `{"id":"s${number}","device":"d${(number * 7919) % KEYS}","level":${level},"alarms":${alarmsAt(number, share)},"due":${due},"at":${at}}`
}

/** As evenly as the share allows, and at no fixed position of an array. */
const alarmsAt = (number: number, share: number): 0 | 1 => ((number * GOLDEN) % 1 < share ? 1 : 0)

const GOLDEN = (Math.sqrt(5) - 1) / 2

export const alarmsAmong = (from: number, to: number, share: number): number => {
  let all = 0
  for (let number = from; number < to; number++) all += alarmsAt(number, share)
  return all
}
