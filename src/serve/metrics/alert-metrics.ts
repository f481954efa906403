/** Prometheus metrics of alerts: those that fire, how many have opened, and their receivers. */
import type { Registry } from 'prom-client'
import type { RunMonitor } from '../../monitor/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { registerMetric } from './metric.ts'

const receiverMetrics: readonly (readonly [string, string, (status: RunMonitor['receivers'][number]) => number])[] = [
  ['failing', '1 while a receiver of alerts does not take a notification.', ({ failing }) => (failing ? 1 : 0)],
  ['waiting', 'Notifications of alerts that wait for a receiver.', ({ waiting }) => waiting],
  ['omitted', 'Notifications of alerts that a receiver rejected, or that did not fit into its queue.', ({ omitted }) => omitted],
]

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
  for (const [name, help, valueOf] of receiverMetrics)
    registerMetric(registry, 'gauge', `spillway_alert_receiver_${name}`, help, function* () {
      for (const status of monitor.receivers) yield [{ receiver: status.name }, valueOf(status)]
    })
}
