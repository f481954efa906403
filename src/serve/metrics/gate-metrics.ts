/** `GET /metrics` of a gate: outcomes and place by partition, open transactions, HTTP and the process. */
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import type { ServedGate } from '../http/served-gate.ts'
import { registerGauge, registerMetric } from './metric.ts'
import { serveMetrics } from './metrics.ts'

/** Adds the route. Counters have the names of those of a run, and the partition. */
export function gateMetricRoutes(app: FastifyInstance, gate: ServedGate): void {
  const registry = new Registry()
  const source = gate.source.name
  registerGauge(registry, 'spillway_up', '1 while the gate decides records.', () => (gate.problem === undefined ? 1 : 0))
  registerMetric(registry, 'counter', 'spillway_events_total', 'Checked rows of raw records, by outcome.', function* () {
    for (const [partition, { accepted, duplicates }] of gate.partitions.entries()) {
      yield [{ source, partition: String(partition), outcome: 'accepted' }, accepted]
      yield [{ source, partition: String(partition), outcome: 'duplicate' }, duplicates]
    }
  })
  registerMetric(registry, 'counter', 'spillway_dead_letters_total', 'Rejected records, by reason.', function* () {
    for (const [partition, { rejected }] of gate.partitions.entries())
      for (const [reason, count] of rejected) yield [{ source, partition: String(partition), reason }, count]
  })
  registerMetric(
    registry,
    'gauge',
    'spillway_gate_lag_records',
    'Raw records that are not decided yet; absent while the partition is not read.',
    function* () {
      for (const [partition, { next }] of gate.partitions.entries()) {
        const lag = next === undefined ? undefined : gate.ends.lagOf(partition, next)
        if (lag !== undefined) yield [{ source, partition: String(partition) }, lag]
      }
    },
  )
  registerMetric(
    registry,
    'gauge',
    'spillway_gate_open_transaction_seconds',
    'Age of the oldest open transaction of a topic, which readers of committed records wait for, since a sample found it; 0 if none is open.',
    function* () {
      for (const [topic, ageMs] of gate.ends.openTransactions()) yield [{ source, topic }, ageMs / 1000]
    },
  )
  serveMetrics(app, registry)
}
