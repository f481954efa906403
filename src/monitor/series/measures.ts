/** The measures of which a run keeps time series, and the text form of a series: a measure with a value for each of its labels. */
import { limits } from '../../base/index.ts'

/**
 * The way in which points are combined: `sum` of what happened in an interval, `max` of a level in it, or the `last` level.
 * Without a stored point a `sum` is 0 while the run was sampled, and the others are unknown.
 */
export type Aggregation = 'sum' | 'max' | 'last'

/** A measure: one number for each combination of its labels. */
export interface Measure {
  readonly labels: readonly string[]
  readonly aggregation: Aggregation
  readonly unit: string
  /** For people. */
  readonly summary: string
}

const measure = (aggregation: Aggregation, unit: string, labels: readonly string[], summary: string): Measure => ({
  labels,
  aggregation,
  unit,
  summary,
})

/** All measures by name; docs/reference/series.md lists them. */
export const measures = {
  events: measure('sum', 'events', ['source', 'outcome'], 'records of a source, by outcome: accepted, duplicate, rejected'),
  late_events: measure('sum', 'events', ['source'], 'accepted events later than allowedLateness'),
  dead_letters: measure('sum', 'records', ['source', 'reason'], 'rejected records, by reason'),
  decisions: measure('sum', 'decisions', ['model'], 'durable decisions'),
  freshness_decisions: measure('sum', 'decisions', ['group'], 'decisions that read a feature group with a freshness objective'),
  freshness_within: measure('sum', 'decisions', ['group'], 'decisions that read it within the objective'),
  freshness_age_ms: measure('max', 'ms', ['group'], 'age of the values that a decision reads, as its objective counts it'),
  source_delay_ms: measure('max', 'ms', ['source'], 'arrival of the last event less the event time of the newest one'),
  source_lag_ms: measure(
    'max',
    'ms',
    ['source'],
    'waiting time of the oldest unread record, where the reader of the source can tell; a lower bound if it came before the samples',
  ),
  source_lag: measure(
    'max',
    'records',
    ['source'],
    'records behind the committed positions, in all partitions, where the reader of the source counts records or rows',
  ),
  effects: measure(
    'sum',
    'effects',
    ['action', 'outcome'],
    'attempts at effects, by outcome: delivered, tried (failed, tried again), dead',
  ),
  effects_waiting: measure('last', 'effects', ['action'], 'effects in delivery or waiting for an attempt'),
  deadlines: measure('sum', 'effects', ['action', 'outcome'], 'effects with a deadline, by outcome: met, missed'),
  waiting_records: measure('max', 'records', [], 'records that wait for a turn of the run'),
  log_entries: measure('sum', 'entries', [], 'entries appended to the log'),
  http_requests: measure(
    'sum',
    'requests',
    ['status'],
    'answered HTTP requests but those of probes, by class of the status: 2xx, 3xx, 4xx, 5xx',
  ),
  loop_delay_ms: measure('max', 'ms', [], 'event loop delay, 99th percentile of each 10 s'),
  memory_bytes: measure('max', 'bytes', [], 'resident memory of the process'),
  loop_busy_ms: measure('sum', 'ms', [], 'time in which the event loop of the run was busy'),
  group_keys: measure('last', 'keys', ['group'], 'keys of a feature group in memory'),
  group_bytes: measure('last', 'bytes', ['group'], 'state of a feature group in memory'),
  cpu_ms: measure('sum', 'ms', [], 'processor time of the process'),
  disk_free_bytes: measure('last', 'bytes', [], 'free space on the disk of the data folder'),
  disk_used_bytes: measure('last', 'bytes', [], 'size of the data folder'),
} as const satisfies Record<string, Measure>

export type MeasureName = keyof typeof measures

/** The measure of a name; `undefined` for a name that this version does not know, such as in a folder of a later version. */
export const measureNamed = (name: string): Measure | undefined =>
  Object.hasOwn(measures, name) ? measures[name as MeasureName] : undefined

/** Values of labels, in the order of the measure. */
export type SeriesLabels = Readonly<Record<string, string>>

/** The text of a series: `events?source=payments&outcome=accepted`. */
export function seriesText(name: MeasureName, values: readonly string[] = []): string {
  if (values.length === 0) return name
  return `${name}?${measures[name].labels.map((label, i) => `${label}=${encodeURIComponent(values[i])}`).join('&')}`
}

/** The name of the measure of a series. */
export const measureOf = (series: string): string => series.split('?', 1)[0]

/** Labels by the text of their series: a start reads the texts of 8 days of minutes. */
const parsed = new Map<string, SeriesLabels>()

/** The labels of a series. */
export function labelsOf(series: string): SeriesLabels {
  const known = parsed.get(series)
  if (known) return known
  const labels = Object.freeze(Object.fromEntries(new URLSearchParams(series.slice(measureOf(series).length))))
  // A process that reads many folders has the texts of all of them.
  if (parsed.size >= limits.SERIES_MAX) parsed.clear()
  parsed.set(series, labels)
  return labels
}
