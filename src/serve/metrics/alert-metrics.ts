/** Prometheus metrics of alerts: those that fire, and how many have opened. */
import type { Registry } from 'prom-client'
import type { ServerContext } from '../context/server-context.ts'
import { registerMetric } from './metric.ts'

/** Registers the metrics, which read the alerts of the monitor in memory. Absent without a monitor. */
export function registerAlertMetrics(registry: Registry, { monitor }: Pick<ServerContext, 'monitor'>): void {
  if (!monitor) return
  registerMetric(registry, 'gauge', 'spillway_alert_firing', '1 for each alert that fires.', function* () {
    for (const { cause, subject, severity, state } of monitor.alerts)
      if (state === 'firing') yield [{ cause, subject: subject.name, kind: subject.kind, severity }, 1]
  })
  registerMetric(registry, 'gauge', 'spillway_alerts_kept', 'Alerts of the kept history, by severity and outcome.', function* () {
    const counts = Map.groupBy(monitor.alerts, ({ severity, outcome }) => `${severity} ${outcome?.kind ?? 'open'}`)
    for (const [key, { length }] of counts) {
      const [severity, outcome] = key.split(' ')
      yield [{ severity, outcome }, length]
    }
  })
}
