/** The alerts of one run: its samples and ledgers in, changes of alerts out. The caller commits the changes before it tells anyone. */
import { limits, DAY_MS } from '../../base/index.ts'
import { subscribeTo } from '../../base/node/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { NamedValues } from '../../log/index.ts'
import type { Run } from '../../run/index.ts'
import type { Alert, AlertCause } from './alert.ts'
import { readSeries } from '../series/read-series.ts'
import { seriesText, type MeasureName } from '../series/measures.ts'
import type { SeriesSample } from '../series/recorder.ts'
import { AlertBook, type AlertUpdate } from './alert-book.ts'
import type { AlertEdit } from './change-alert.ts'
import { BURN_WINDOW_MS } from './burn-rate.ts'
import { type AlertCondition, type RunCondition, RunConditions } from './conditions.ts'
import { ConditionGuard } from './condition-guard.ts'
import { JobConditions } from './job-conditions.ts'
import type { ObjectiveRates } from './objective-rates.ts'
import type { ConditionKey } from './reach.ts'
import { SteadyClock } from './steady-clock.ts'
import { StalledTurns } from './stalled-turns.ts'
import type { AlertThresholds } from '../../define/config/index.ts'

/** The parts of a run that alerts are judged from. */
export type AlertedRun = Pick<Run, 'counts' | 'isHeldBack' | 'waiting'>

/** Collaborators of the alerts of a run. */
export interface RunAlertsOptions {
  readonly ir: PipelineIR
  readonly data: string
  readonly store: NamedValues
  readonly thresholds: AlertThresholds
  /** Start of the run, UTC ms. */
  readonly started: number
  /** Conditions from elsewhere, such as the lag of sources. */
  readonly reported?: (() => readonly AlertCondition[]) | undefined
  /** Receives messages for the operator. */
  readonly onReport: (report: string) => void
}

const judgedMeasures: readonly MeasureName[] = [
  'events',
  'freshness_decisions',
  'freshness_within',
  'deadlines',
  'effects',
  'http_requests',
  'disk_used_bytes',
  // Grows in each sample, so it shows which minutes were sampled.
  'cpu_ms',
]

/** Causes that samples and the state of the run show. */
const sampledCauses: readonly AlertCause[] = [
  'freshness',
  'deadline',
  'errors',
  'availability',
  'source-stopped',
  'dead-letters',
  'effects',
  'disk',
]

const arrivalMeasures: readonly MeasureName[] = ['events', 'cpu_ms']

export class RunAlerts {
  readonly #options: RunAlertsOptions
  readonly #run: AlertedRun
  readonly #conditions: RunConditions
  readonly #jobs: JobConditions
  readonly #book: AlertBook
  readonly #turns: StalledTurns
  readonly #guard: ConditionGuard
  readonly #clock = new SteadyClock()
  /** The steady time of the last judgement, UTC ms; at first that of the start. */
  #judgedAt: number
  #rates: readonly ObjectiveRates[] | undefined
  readonly #unsubscribe: () => void

  /** Reads the last three days of the stored time series, and the stored alerts. */
  constructor(run: AlertedRun, options: RunAlertsOptions) {
    const { ir, data, store, thresholds, started, onReport } = options
    this.#guard = new ConditionGuard(onReport)
    this.#options = options
    this.#run = run
    this.#judgedAt = started
    this.#turns = new StalledTurns(started)
    this.#conditions = new RunConditions(ir, thresholds)
    this.#jobs = new JobConditions(ir, store, started, this.#guard)
    this.#book = new AlertBook(ir, data, store, onReport)
    this.#conditions.resumeOutages(this.#book.alerts)
    this.#addStored(started)
    this.#conditions.resume(this.#book.firing)
    this.#unsubscribe = subscribeTo('spillway:effect', attempt => {
      if (attempt.run === run) this.#conditions.receivers.add(attempt, this.#clock.timeOf(attempt.at))
    })
  }

  /** Adds the samples of earlier processes, without decisions on groups that had no result. */
  #addStored(started: number): void {
    const first = firstResultsOf(this.#jobs)
    for (const sample of storedSamples(this.#options.store, started)) {
      const unjudged = new Set([...first].flatMap(([group, since]) => (sample.at < since ? [group] : [])))
      this.#conditions.add(sample, { isStored: true, unjudged })
    }
  }

  /** Ends the observation of effects. */
  close(): void {
    this.#unsubscribe()
  }

  /** All alerts, oldest first. */
  get alerts(): readonly Alert[] {
    return this.#book.alerts
  }

  /** Alerts that fire, oldest first. */
  get firing(): readonly Alert[] {
    return this.#book.firing
  }

  /** The sentence of an alert with the values of the last sample; that at its opening while its condition does not hold. */
  summaryNow(alert: Alert): string {
    return this.#book.summaryNow(alert)
  }

  /** The burn rates of all objectives as of the last sample. Cost: sums of three days of minutes, once after each sample. */
  get burnRates(): readonly ObjectiveRates[] {
    this.#rates ??= this.#conditions.ratesAt(this.#judgedAt, targetsOf(this.#run.counts.freshness()))
    return this.#rates.map(rates => {
      const open = this.firing.find(({ cause, subject }) => cause === rates.cause && subject.name === rates.subject.name)
      return open ? { ...rates, alert: open.severity } : rates
    })
  }

  /** Judges the run at `now`, UTC ms, by one more sample. `commitMs`: the age of the oldest commit that is under way, ms. */
  judge(now: number, sample: SeriesSample, commitMs = 0): AlertUpdate {
    if (this.#clock.hasJumped(now)) this.#jobs.restart(now)
    const steady = this.#clock.at(now)
    this.#judgedAt = steady
    this.#rates = undefined
    const jobs = this.#jobs.at(now)
    this.#conditions.add({ at: Math.min(sample.at, now) + steady - now, values: sample.values }, { unjudged: jobs.empty })
    const freshness = targetsOf(this.#run.counts.freshness().filter(({ group }) => !jobs.empty.has(group)))
    const reported: readonly AlertCondition[] = [
      ...jobs.conditions,
      ...this.#guard.read('the lag of sources', ['lag'], () => this.#options.reported?.() ?? []),
    ]
    const unavailable = this.#unavailable(steady, sample, commitMs)
    const conditions = this.#guard.read('the samples', sampledCauses, () =>
      this.#conditions.at(steady, { freshness, unavailable, reported }),
    )
    // Samples are judged on a clock that is never set back.
    const onWallClock = conditions.map(condition =>
      condition.began === undefined || reported.includes(condition) ? condition : { ...condition, began: condition.began - (steady - now) },
    )
    return this.#book.update(now, onWallClock, [...jobs.unknown, ...this.#unknown()])
  }

  /** Conditions of alerts whose causes cannot be judged. */
  #unknown(): ConditionKey[] {
    const causes = this.#guard.unknownCauses
    return this.#book.firing.flatMap(alert => [alert, ...alert.inhibited]).filter(({ cause }) => causes.includes(cause))
  }

  /** Changes an alert on behalf of a person. Throws as `AlertBook.edit` does. */
  edit(edit: AlertEdit, by: string, now: number): AlertUpdate & { readonly alert: Alert } {
    return this.#book.edit(edit, by, now)
  }

  #unavailable(steady: number, sample: SeriesSample, commitMs: number): string | undefined {
    const { isHeldBack, waiting } = this.#run
    const stalled = this.#turns.problemAt(steady, waiting, sample, commitMs)
    if (isHeldBack) return 'as many ids are within dedupe as can be remembered (DEDUPE_IDS_MAX)'
    return stalled
  }
}

type FreshnessTarget = Readonly<{ group: string; age: number; share: number }>

const targetsOf = (objectives: readonly FreshnessTarget[]): RunCondition['freshness'] =>
  new Map(objectives.map(({ group, age, share }) => [group, { target: share, age }]))

function firstResultsOf(jobs: JobConditions): ReadonlyMap<string, number> {
  try {
    return jobs.firstResults()
  } catch {
    // A ledger that cannot be read is reported when it is judged.
    return new Map()
  }
}

/** The stored minutes of the last 8 days as samples; those before the windows of objectives have the records of sources alone. A damaged block is reported when it is written again; then there are fewer. */
function* storedSamples(store: NamedValues, now: number): Generator<SeriesSample> {
  // Days of whole minutes, so that the minute between two days is in one of them alone.
  const oldest = now - limits.SERIES_POINTS_KEPT_MS
  for (let since = oldest - (oldest % limits.SERIES_POINT_MS); since < now; since += DAY_MS) {
    let range: ReturnType<typeof readSeries>
    try {
      range = readSeries(store, {
        names: since < now - BURN_WINDOW_MS - DAY_MS ? arrivalMeasures : judgedMeasures,
        since,
        until: since + DAY_MS,
        stepMs: limits.SERIES_POINT_MS,
      })
    } catch {
      continue
    }
    const { from, stepMs, length, series } = range
    const texts = series.map(({ name, labels }) => seriesText(name as MeasureName, Object.values(labels)))
    for (let point = 0; point < length; point++) {
      const values = series.flatMap(({ values: points }, i): [string, number][] => {
        const value = points[point]
        return value === null || value === 0 ? [] : [[texts[i], value]]
      })
      // A clock that was ahead leaves samples of times to come.
      if (from + point * stepMs > now) return
      if (series.some(({ values: points }) => points[point] !== null)) yield { at: from + point * stepMs, values: new Map(values) }
    }
  }
}
