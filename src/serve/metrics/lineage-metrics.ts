/** Prometheus metrics of OpenLineage events: sent, rejected, dropped and waiting ones, and whether their receiver answers. */
import type { Registry } from 'prom-client'
import type { ServerContext } from '../context/server-context.ts'
import { registerGauge, registerMetric } from './metric.ts'

/** Registers the metrics, which are absent for a run that emits no events. */
export function registerLineageMetrics(registry: Registry, { lineage }: Pick<ServerContext, 'lineage'>): void {
  if (!lineage) return
  registerMetric(registry, 'counter', 'spillway_openlineage_events_total', 'OpenLineage events, by outcome.', function* () {
    for (const [outcome, count] of Object.entries(lineage.counts)) yield [{ outcome }, count as number]
  })
  registerGauge(registry, 'spillway_openlineage_events_waiting', 'OpenLineage events that wait to be sent.', () => lineage.waiting)
  registerGauge(registry, 'spillway_openlineage_failing', '1 while the receiver of OpenLineage events takes none.', () =>
    Number(lineage.isFailing),
  )
}
