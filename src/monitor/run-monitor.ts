/**
 * Monitors a run, in its process: takes a sample of its measures every 10 s, commits the time series beside the decisions, and judges the
 * alerts. A change of an alert is durable before anyone is notified, unless the disk has committed nothing for 30 s: it may hang.
 *
 * Nothing that is observed stops the observation: an error of a source of conditions, of a listener or of a receiver is reported once, and
 * the sample goes on. A sample that cannot be committed fails the run, as any commit does. At the end of the run the last sample is committed.
 * A run that fails notifies receivers without a commit (`failed-run.ts`).
 */
import { callAfter, type Clock, limits, type StartTimer, thrownText, wallClock } from '../base/index.ts'
import { type AlertThresholds, defaultThresholds } from '../define/config/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import { readDataFolder, type SqliteReader } from '../log/sqlite/index.ts'
import type { LiveRun } from '../run/index.ts'
import type { Alert, AlertReceiver, ReceiverStatus } from './alerts/alert.ts'
import { AlertChanges } from './alerts/alert-changes.ts'
import type { AlertUpdate, ChangedAlert } from './alerts/alert-book.ts'
import { type AlertEdit, endOfSilence, isSilenced } from './alerts/change-alert.ts'
import type { AlertCondition } from './alerts/conditions.ts'
import type { ObjectiveRates } from './alerts/objective-rates.ts'
import { RunAlerts } from './alerts/run-alerts.ts'
import { recordedAlertsSince } from './alerts/alert-store.ts'
import { lagReadings } from './lag/lag-readings.ts'
import type { SourceLag } from './lag/lag-sampler.ts'
import { failurePage, pageWrites, UncommittedValues } from './failed-run.ts'
import { PendingUpdates } from './pending-updates.ts'
import { recordedStart } from './series/markers.ts'
import { type SeriesReading, SeriesRecorder, type SeriesSample } from './series/recorder.ts'
import { DiskReading, type FreeSpaceOf, MeasureReader } from './series/measure-reader.ts'

/** Where and what is monitored. */
export interface MonitorOptions {
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  /** The data folder that the run holds. */
  readonly data: string
  readonly clock?: Clock
  /** Starts the timer of the next sample. */
  readonly after?: StartTimer
  /** Measures the disk of the folder; default: the system's. */
  readonly freeSpaceOf?: FreeSpaceOf
  /** Numbers of the alert rules, in place of the defaults; `alertThresholds` checks them. */
  readonly thresholds?: AlertThresholds | undefined
  /** Conditions from elsewhere, such as the lag of sources. */
  readonly reported?: (() => readonly AlertCondition[]) | undefined
  /** The lag of sources now. */
  readonly lags?: (() => readonly SourceLag[]) | undefined
  /** Told of each change of an alert that is not silenced, once it is durable. */
  readonly receivers?: readonly AlertReceiver[]
  /** Receives messages for the operator. */
  readonly onReport: (report: string) => void
}

/** The parts of a run that a monitor needs. */
export type MonitoredRun = Pick<LiveRun, 'run' | 'dispatcher' | 'logName' | 'closeWith'>

/** The monitor of one run, for its lifetime. */
export class RunMonitor {
  readonly #live: MonitoredRun
  readonly #options: MonitorOptions
  readonly #clock: Clock
  readonly #reader: SqliteReader
  readonly #reading: MeasureReader
  readonly #recorder: SeriesRecorder
  readonly #alerts: RunAlerts
  readonly #listeners = new Set<() => void>()
  /** Changes of alerts of which receivers were notified. */
  readonly changes: AlertChanges
  readonly #uncommitted: UncommittedValues
  readonly #pending = new PendingUpdates()
  #timer: { stop(): void } | undefined
  #isClosed = false
  /** The time up to which receivers were notified of ends of silences, UTC ms. The receivers' own state covers the time before the start. */
  #silencesTold: number
  readonly #reported = new Set<string>()

  private constructor(live: MonitoredRun, options: MonitorOptions) {
    const { pipeline, data, clock = wallClock, freeSpaceOf, onReport } = options
    this.#live = live
    this.#options = options
    this.#clock = clock
    this.#silencesTold = clock()
    this.changes = new AlertChanges(clock())
    this.#reader = readDataFolder(data)
    this.#uncommitted = new UncommittedValues(data, onReport)
    this.#recorder = new SeriesRecorder(this.#reader, clock(), onReport)
    this.#reading = new MeasureReader(live, pipeline.ir, clock, new DiskReading(data, clock, freeSpaceOf))
    this.#alerts = new RunAlerts(live.run, {
      ir: pipeline.ir,
      data,
      store: this.#uncommitted.over(this.#reader),
      thresholds: options.thresholds ?? defaultThresholds,
      started: clock(),
      reported: options.reported,
      onReport,
    })
  }

  /** Monitors a run until it stops. Throws as `readDataFolder` does. */
  static start(live: MonitoredRun, options: MonitorOptions): RunMonitor {
    const monitor = new RunMonitor(live, options)
    const [reader, now] = [monitor.#reader, monitor.#clock()]
    const start = recordedStart(reader, now, options.pipeline.fingerprint)
    const { writes } = monitor.#uncommitted
    live.run.commitValues([start, ...recordedAlertsSince(reader, now), ...writes]).then(
      () => monitor.#uncommitted.remove(writes),
      () => {},
    )
    live.run.ended.catch((error: unknown) => monitor.#onFailure(error))
    monitor.#reading.refresh().catch(() => {})
    monitor.#schedule()
    live.closeWith(monitor)
    return monitor
  }

  /** Counts an answered HTTP request. */
  countResponse = (status: number): void => this.#reading.countResponse(status)

  /** Adds a listener that is called when a sample is durable. Returns a function that removes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes a sample now. Resolves when it is durable; rejects if the run has ended. */
  async sample(): Promise<void> {
    await this.#reading.refresh()
    const now = this.#clock()
    const { sample, put } = this.#recorder.record(now, this.#readings())
    const commitMs = this.#pending.countSample()
    const update = this.#judged(now, sample, commitMs)
    const pending = this.#pending.add(update)
    if (commitMs >= limits.TURN_STALLED_MS) this.#tellPending(now)
    await this.#live.run.commitValues([...put, ...update.put])
    if (this.#pending.remove(pending)) this.#tell(update, now)
    this.#tell({ changes: this.#unsilenced(now) }, now)
    for (const listener of this.#listeners) this.#attempt('a listener of samples', listener)
  }

  /** An error is reported, since the timer ignores the error of a run that has failed. */
  #readings(): SeriesReading[] {
    try {
      return [...this.#reading.read(), ...lagReadings(this.lags)]
    } catch (error) {
      this.#reportOnce('the reading of measures', error)
      throw error
    }
  }

  #judged(now: number, sample: SeriesSample, commitMs: number): AlertUpdate {
    let update: AlertUpdate = { changes: [], put: [] }
    this.#attempt('the judging of alerts', () => (update = this.#alerts.judge(now, sample, commitMs)))
    return update
  }

  /** Calls a function whose error stops nothing. The first error is reported. */
  #attempt(name: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#reportOnce(name, error)
    }
  }

  #reportOnce(name: string, error: unknown): void {
    if (this.#reported.has(name)) return
    this.#reported.add(name)
    this.#options.onReport(`monitoring: ${name} failed: ${thrownText(error, name)}`)
  }

  /** All alerts that are kept, oldest first. */
  get alerts(): readonly Alert[] {
    return this.#alerts.alerts
  }

  /** The lag of each reader of a source; none of a run whose readers are not measured. */
  get lags(): readonly SourceLag[] {
    return this.#options.lags?.() ?? []
  }

  /** The burn rates of all objectives as of the last sample. */
  get burnRates(): readonly ObjectiveRates[] {
    return this.#alerts.burnRates
  }

  /** The sentence of an alert with the values of the last sample; that at its opening while its condition does not hold. */
  summaryNow(alert: Alert): string {
    return this.#alerts.summaryNow(alert)
  }

  /** The receivers of alerts, in the order of the configuration. */
  get receivers(): readonly ReceiverStatus[] {
    return (this.#options.receivers ?? []).flatMap(({ receivers = [] }) => receivers)
  }

  /** Changes an alert on behalf of a person. Resolves when the change is durable. Throws as `alertById` and `changedAlert` do. */
  readonly editAlert = async (edit: AlertEdit, by: string): Promise<Alert> => {
    const now = this.#clock()
    const { alert, ...update } = this.#alerts.edit(edit, by, now)
    await this.#live.run.commitValues(update.put)
    this.#tell(update, now)
    return alert
  }

  /** Alerts that fire though their silence has ended since the last sample. */
  #unsilenced(now: number): ChangedAlert[] {
    const since = this.#silencesTold
    this.#silencesTold = now
    const alerts = this.#alerts.firing.filter(alert => (endOfSilence(alert, now) ?? -Infinity) > since)
    return alerts.map(alert => ({ alert, notice: 'opened' }))
  }

  /** A silenced alert sends nothing but its resolution. */
  #tell({ changes }: Pick<AlertUpdate, 'changes'>, now: number): void {
    const { receivers = [] } = this.#options
    this.#attempt('a listener of alerts', () => this.changes.add(changes, now))
    for (const { alert, notice } of changes)
      if (notice !== undefined && (notice === 'resolved' || !isSilenced(alert, now)))
        for (const receiver of receivers) this.#attempt('a receiver of alerts', () => receiver.alertChanged(alert, notice))
  }

  /** Tells of the alerts whose commit is under way. */
  #tellPending(now: number): void {
    for (const update of this.#pending.notify()) this.#tell(update, now)
  }

  /** Tells of the alerts that cannot be committed any more, and that the run has failed. */
  #onFailure(error: unknown): void {
    this.#timer?.stop()
    const now = this.#clock()
    const { pipeline, data } = this.#options
    const page = failurePage(pipeline.ir, data, this.alerts, thrownText(error, 'the run'), now)
    this.#uncommitted.add([...this.#pending.updates.flatMap(({ put }) => put), ...pageWrites(page)])
    this.#tellPending(now)
    if (page) this.#tell({ changes: [{ alert: page.alert, notice: 'opened' }] }, now)
  }

  /** Commits the last sample, and ends the monitoring. The run calls it when it stops. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.stop()
    // A run that has failed commits nothing more.
    await this.sample().catch(() => {})
    this.#reading.close()
    this.#alerts.close()
    this.#reader.close()
  }

  /** Samples at whole multiples of the interval, so that each interval has one. */
  #schedule(): void {
    const { after = callAfter } = this.#options
    const wait = limits.SERIES_SAMPLE_MS - (this.#clock() % limits.SERIES_SAMPLE_MS)
    this.#timer = after(wait, () => {
      if (this.#isClosed) return
      // A run that has failed reports it by itself.
      this.sample().catch(() => {})
      this.#schedule()
    })
  }
}
