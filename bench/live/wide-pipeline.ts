/**
 * Groups of 10, 100 and 250 features of one key for `bench serve`: every statistic of every value over five windows.
 *
 * Events are so far from the window boundaries, in ages as of now, that no value changes while the bench runs. So the values that another
 * server got at its start are those that ours still answers.
 */
import { entity, features, pipeline, source, stream, t, type Duration } from '../../src/index.ts'

const HOUR = 3_600_000
const KEY_DIGITS = 5
const VALUES = 10
const EVENTS_PER_WINDOW = 4

/** Each window with the range of ages, in hours, of its own events: a third of an hour and a hop away from every boundary. */
const windows = [
  { window: '1h', from: 0.05, to: 0.5 },
  { window: '6h', from: 1.5, to: 5 },
  { window: '24h', from: 7, to: 20 },
  { window: '7d', from: 30, to: 140 },
  { window: '30d', from: 200, to: 640 },
] as const satisfies readonly { window: Duration; from: number; to: number }[]

const statistics = ['sum', 'mean', 'min', 'max', 'stddev'] as const

const item = entity('item', t.string())
const decimals = Object.fromEntries(Array.from({ length: VALUES }, (_, i) => [`v${i}`, t.decimal(2)]))
const events = source('events', { schema: { item, at: t.timestamp(), ...decimals }, key: 'item', time: 'at' })

type Values = Record<string, Record<(typeof statistics)[number], (window: Duration) => never>>

/** The first of the statistics, of the first of the values. */
const group = (values: number, of: number) =>
  features(`f${values * of * windows.length}`, {
    from: events,
    entity: item,
    place: stream,
    values: row =>
      Object.fromEntries(
        Array.from({ length: values }, (_, i) => `v${i}`).flatMap(value =>
          statistics
            .slice(0, of)
            .flatMap(name => windows.map(({ window }) => [`${value}_${name}_${window}`, (row as unknown as Values)[value][name](window)])),
        ),
      ),
  })

export const wide = pipeline('wide', [group(1, 2), group(4, 5), group(10, 5)])

export const keyOf = (number: number): string => `item-${String(number).padStart(KEY_DIGITS, '0')}`

export interface WideEvent {
  readonly item: string
  /** UTC ms. */
  readonly at: number
  readonly [value: string]: string | number
}

/** All events of so many keys as of `now`, UTC ms, in order of time. */
export function wideEvents(keys: number, now: number): WideEvent[] {
  const all: WideEvent[] = []
  const ages = windows.flatMap(({ from, to }) =>
    Array.from({ length: EVENTS_PER_WINDOW }, (_, i) => from + ((to - from) * (i + 0.5)) / EVENTS_PER_WINDOW),
  )
  for (const [step, age] of ages.toSorted((a, b) => b - a).entries())
    for (let key = 0; key < keys; key++) {
      const values = Object.fromEntries(Array.from({ length: VALUES }, (_, i) => [`v${i}`, amountOf(key, step, i)]))
      all.push({ item: keyOf(key), at: Math.floor(now - age * HOUR), ...values })
    }
  return all
}

/** Generated: between 0.00 and 999.99, hardly ever the same twice. */
const amountOf = (key: number, step: number, value: number): string =>
  (((key * 7919 + step * 104_729 + value * 1_299_709) % 100_000) / 100).toFixed(2)
