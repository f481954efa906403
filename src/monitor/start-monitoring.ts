/** Connects the parts of the monitoring of a run: samples, lag of sources, alerts, and the receivers of alerts. */
import { callAfter, type StrictOmit, wallClock } from '../base/index.ts'
import { backupConditions, type BackupProblems } from './alerts/backup-condition.ts'
import { lagCondition, lagPatience } from './lag/lag-condition.ts'
import { LagSampler, type LagSource } from './lag/lag-sampler.ts'
import type { OpenedAlertReceiver } from './notify/open-alert-receivers.ts'
import { runNotifier } from './notify/run-notifier.ts'
import { type MonitoredRun, type MonitorOptions, RunMonitor } from './run-monitor.ts'

/** Options of monitoring. */
export interface MonitoringOptions extends StrictOmit<MonitorOptions, 'reported' | 'lags'> {
  /** Where alerts go. */
  readonly alertReceivers?: readonly OpenedAlertReceiver[]
  /** Sources whose lag can be measured. */
  readonly lagSources?: readonly LagSource[]
  /** Scheduled backups of the run. */
  readonly backups?: BackupProblems | undefined
}

/**
 * Monitors a run until it stops: alerts are judged and stored, also without receivers. Receivers get what the last process left.
 *
 * Throws as `readDataFolder` does.
 */
export function startMonitoring(
  live: MonitoredRun,
  { alertReceivers = [], lagSources = [], backups, ...options }: MonitoringOptions,
): RunMonitor {
  const { clock = wallClock, after = callAfter } = options
  const lag = new LagSampler(lagSources, { clock, after })
  const notifier = runNotifier(live, alertReceivers, { ...options, alerts: () => monitor.alerts })
  const monitor = RunMonitor.start(live, {
    ...options,
    reported: () => {
      const objectives = new Map(live.run.counts.freshness().map(({ group, age }) => [group, age]))
      return [
        ...lag.lags().flatMap(source => lagCondition(source, clock(), lagPatience(options.pipeline.ir, source.source, objectives)) ?? []),
        ...backupConditions(options.pipeline.ir.name, backups),
      ]
    },
    lags: () => lag.lags(),
    receivers: [notifier, ...(options.receivers ?? [])],
  })
  lag.start()
  live.closeWith({ close: async () => lag.stop() })
  notifier.start(monitor.alerts)
  return monitor
}
