/** Rules of Prometheus, and the series with which each alert is tested. */
import { type Duration, durationMs, MINUTE_MS } from '../../base/index.ts'
import type { AlertThresholds } from '../../define/config/index.ts'
import type { AlertCause } from '../../monitor/index.ts'

/** Causes of alerts, by the names that a run's own alerts have. Each has a heading of its own in docs/guides/alerts.md. */
export const alertCauses = [
  'freshness',
  'deadline',
  'errors',
  'availability',
  'source-stopped',
  'lag',
  'dead-letters',
  'effects',
  'disk',
  'drift',
  'batch-run',
  'training',
  'report',
  'reconciliation',
  'backup',
] as const satisfies readonly AlertCause[]

/** A condition on which people act. */
export type RuleCause = (typeof alertCauses)[number]

/** A precomputed expression. */
export interface RecordingRule {
  readonly record: string
  readonly expr: string
}

/** The times of the phases of a test, minutes. */
export interface TestPhases {
  readonly quiet: number
  readonly fault: number
  readonly recovery: number
}

/** One series of a test. Both values are functions of the minute, from 0; `undefined` is a missing sample. */
export interface TestSeries {
  /** Name and labels, as in PromQL. */
  readonly series: string
  /** A `counter` adds the value each minute, a `gauge` has the value. */
  readonly kind: 'counter' | 'gauge'
  readonly healthy: (minute: number) => number | undefined
  /** The value during the fault; `healthy` if absent. `since`: minutes since the fault began. */
  readonly faulty?: (minute: number, since: number) => number | undefined
  /** The value in place of both in a further test, of few events, in which the alert stays silent. */
  readonly noisy?: (minute: number) => number | undefined
}

/** Series with which an alert stays silent, in a test of their own. Values are functions of the minute, from 0. */
export interface SilentCase {
  readonly name: string
  readonly minutes: number
  readonly series: readonly (Pick<TestSeries, 'series' | 'kind'> & { readonly values: (minute: number) => number })[]
}

/** An alert with its test: it is silent while the series are healthy, fires by the end of the fault, and has reset after the recovery. */
export interface GeneratedAlert {
  readonly alert: string
  readonly expr: string
  /** Time for which `expr` holds before the alert fires, such as `10m`; none if absent. */
  readonly for?: string
  /** `page`: someone acts now. `ticket`: within days. */
  readonly severity: 'page' | 'ticket'
  readonly cause: RuleCause
  /** Labels of the part of the pipeline, which inhibition compares: `{ group, source }`. */
  readonly labels: Readonly<Record<string, string>>
  readonly summary: string
  readonly description: string
  /** First command to run. */
  readonly command: string
  readonly test: {
    readonly phases: TestPhases
    readonly series: readonly TestSeries[]
    /** Further series in which the alert stays silent. */
    readonly silent?: readonly SilentCase[]
    /** Labels of the firing alert that come from its expression. */
    readonly labels: Readonly<Record<string, string>>
  }
}

/** The series of one Prometheus job. */
export interface JobNames {
  /** The pipeline's name. */
  readonly pipeline: string
  /** Value of the label `job` of its series. */
  readonly job: string
}

/** The series, and the numbers of the run's own alerts. */
export interface RuleSettings extends JobNames {
  readonly thresholds: AlertThresholds
}

/** A share close to 1 is reached in a whole window of faults. */
const LEAST_SHARE_MAX = 0.999

/** The phases with a fault that is long enough for a share of misses in a window: during it everything misses. */
export function withFault({ quiet, fault, recovery }: TestPhases, share: number, window: Duration): TestPhases {
  const windowMinutes = durationMs(window) / MINUTE_MS
  const least = Math.min(LEAST_SHARE_MAX, 1.2 * share)
  const needed = Math.min(windowMinutes + 1, (least * quiet) / (1 - least), least * windowMinutes)
  return { quiet, fault: Math.max(fault, Math.ceil(needed)), recovery }
}

/** A constant value of a test series. */
export const always =
  <T extends number | undefined>(value: T) =>
  (): T =>
    value
