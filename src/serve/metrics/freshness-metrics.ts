/**
 * Prometheus metrics of freshness objectives: the objective of each feature group, and the decisions that met it. Counts of the run are
 * read at each scrape.
 */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { GroupFreshness } from '../../run/decide/index.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Registers the metrics. */
export function registerFreshnessMetrics(registry: Registry, { run }: Pick<ServerContext, 'run'>): void {
  const gauge = (name: string, help: string, valueOf: (freshness: GroupFreshness) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['group'],
      registers: [registry],
      collect() {
        this.reset()
        for (const freshness of run.counts.freshness()) this.set({ group: freshness.group }, valueOf(freshness))
      },
    })
  const counter = (name: string, help: string, countOf: (freshness: GroupFreshness) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['group'],
      registers: [registry],
      collect() {
        this.reset()
        for (const freshness of run.counts.freshness()) this.inc({ group: freshness.group }, countOf(freshness))
      },
    })
  gauge('spillway_freshness_objective_seconds', 'Greatest age of a feature group that its objective allows.', ({ age }) => age / 1000)
  gauge('spillway_freshness_objective_ratio', 'Share of decisions that must read a feature group within that age.', ({ share }) => share)
  counter(
    'spillway_freshness_decisions_total',
    'Durable decisions that read a feature group with a freshness objective.',
    ({ decisions }) => decisions,
  )
  counter(
    'spillway_freshness_decisions_within_objective_total',
    'Durable decisions that read a feature group within its freshness objective.',
    ({ within }) => within,
  )
}
