/** Freshness objectives for Prometheus: the objective of each feature group, and how many decisions met it. What the run counts is read when it is asked for. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { GroupFreshness } from '../../run/decide/freshness.ts'
import type { Serving } from '../context/server-context.ts'

export function freshnessMetrics(registry: Registry, { run }: Pick<Serving, 'run'>): void {
  const gauge = (name: string, help: string, valueOf: (of: GroupFreshness) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['group'],
      registers: [registry],
      collect() {
        this.reset()
        for (const one of run.counts.freshness()) this.set({ group: one.group }, valueOf(one))
      },
    })
  const counter = (name: string, help: string, countOf: (of: GroupFreshness) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['group'],
      registers: [registry],
      collect() {
        this.reset()
        for (const one of run.counts.freshness()) this.inc({ group: one.group }, countOf(one))
      },
    })
  gauge('spillway_freshness_objective_seconds', 'The greatest age of a feature group that its objective allows.', ({ age }) => age / 1000)
  gauge(
    'spillway_freshness_objective_ratio',
    'The share of decisions that are to read a feature group within that age.',
    ({ share }) => share,
  )
  counter(
    'spillway_freshness_decisions_total',
    'Durable decisions that read a feature group which has a freshness objective.',
    ({ decisions }) => decisions,
  )
  counter(
    'spillway_freshness_decisions_within_objective_total',
    'Those that read it no older than its objective allows.',
    ({ within }) => within,
  )
}
