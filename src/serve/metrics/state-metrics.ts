/** Prometheus metrics of the state of a run: its counts, its load, its models, freshness objectives, reconciliations and backups. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from 'prom-client'
import type { ModelState } from '../../operate/index.ts'
import { comparisonBases } from '../../reconcile/index.ts'
import type { GroupFreshness } from '../../run/decide/index.ts'
import { metricNames } from '../../training/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { type LabelledValues, registerGauge, registerMetric } from './metric.ts'

/** Counts of records, decisions and webhooks. */
export function registerRunMetrics(registry: Registry, { run: { counts }, ir, unsigned }: ServerContext): void {
  const counter = (name: string, help: string, valuesOf: () => LabelledValues) => registerMetric(registry, 'counter', name, help, valuesOf)
  counter('spillway_events_total', 'Durable rows of sources, by outcome.', function* () {
    for (const { name: source } of ir.sources) {
      const { accepted = 0, duplicates = 0 } = counts.bySource.get(source) ?? {}
      yield [{ source, outcome: 'accepted' }, accepted]
      yield [{ source, outcome: 'duplicate' }, duplicates]
    }
  })
  counter('spillway_late_events_total', "Accepted events that arrived later than their source's allowedLateness.", function* () {
    for (const [source, events] of counts.lateEvents) yield [{ source }, events]
  })
  counter('spillway_dead_letters_total', 'Rejected records, by reason.', function* () {
    for (const [source, reasons] of counts.deadLetters) for (const [reason, count] of reasons) yield [{ source, reason }, count]
  })
  counter('spillway_webhooks_unsigned_total', 'Webhooks rejected for their signature, by reason.', function* () {
    for (const [source, reason, count] of unsigned) yield [{ source, reason }, count]
  })
  counter('spillway_decisions_total', 'Durable decisions.', function* () {
    for (const [model, count] of counts.byModel) yield [{ model }, count]
  })
  counter('spillway_explored_decisions_total', 'Durable decisions that an action left undone for exploration.', function* () {
    for (const [action, count] of counts.explored) yield [{ action }, count]
  })
}

/** Requests, streams and bytes that the server holds. */
export function registerLoadMetrics(registry: Registry, { run, load, streams, state, folder }: ServerContext): void {
  const gauges: readonly (readonly [name: string, help: string, value: () => number])[] = [
    ['spillway_up', '1 while the run accepts events.', () => (state.ended === undefined && !run.isHeldBack ? 1 : 0)],
    ['spillway_log_entries', 'Position of the log: entries appended so far.', () => run.end],
    ['spillway_waiting_records', 'Records that wait for their turn.', () => run.waiting],
    ['spillway_wal_bytes', "Bytes of the log's write-ahead file.", () => sizeOf(join(folder.path, 'log.db-wal'))],
    ['spillway_http_waiting_requests', 'Requests that wait for their commit.', () => load.used('requests')],
    ['spillway_http_streams', 'NDJSON streams that are being read.', () => load.streams.used],
    ['spillway_http_body_bytes', 'Bytes of request bodies in memory.', () => load.used('bytes')],
    ['spillway_event_streams', 'Readers of the streams of decisions and effects.', () => streams?.readers ?? 0],
  ]
  for (const [name, help, value] of gauges) registerGauge(registry, name, help, value)
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** The freshness objective of each feature group, and the decisions that met it. */
export function registerFreshnessMetrics(registry: Registry, { run }: Pick<ServerContext, 'run'>): void {
  const metric = (type: 'gauge' | 'counter', name: string, help: string, valueOf: (freshness: GroupFreshness) => number) =>
    registerMetric(registry, type, name, help, () =>
      run.counts.freshness().map(freshness => [{ group: freshness.group }, valueOf(freshness)]),
    )
  metric(
    'gauge',
    'spillway_freshness_objective_seconds',
    'Greatest age of a feature group that its objective allows.',
    ({ age }) => age / 1000,
  )
  metric(
    'gauge',
    'spillway_freshness_objective_ratio',
    'Share of decisions that must read a feature group within that age.',
    ({ share }) => share,
  )
  metric(
    'counter',
    'spillway_freshness_decisions_total',
    'Durable decisions that read a feature group with a freshness objective.',
    ({ decisions }) => decisions,
  )
  metric(
    'counter',
    'spillway_freshness_decisions_within_objective_total',
    'Durable decisions that read a feature group within its freshness objective.',
    ({ within }) => within,
  )
}

/** The champion of each trained model, its training time and quality, failures of training, and drift. Absent without trained models. */
export function registerModelMetrics(registry: Registry, { ir, folder }: Pick<ServerContext, 'ir' | 'folder'>): void {
  if (!ir.models.some(({ train }) => train)) return
  const states = folder.models.stateReader(ir)
  const gauge = (name: string, help: string, valuesOf: (state: ModelState) => LabelledValues) =>
    registerMetric(registry, 'gauge', name, help, () => states().flatMap(state => [...valuesOf(state)]))
  gauge('spillway_model_version', 'Version of the champion; 0 is the score of the definition.', ({ model, scores }) => [
    [{ model }, scores],
  ])
  gauge('spillway_model_trained_seconds', 'Training time of the champion, seconds since the epoch.', ({ model, champion }) =>
    champion ? [[{ model }, champion.at / 1000]] : [],
  )
  gauge('spillway_model_metric', 'Quality of the champion on decisions that it was not trained on.', function* ({ model, champion }) {
    for (const metric of metricNames) {
      const value = champion?.trained?.metrics[metric]
      if (value !== undefined) yield [{ model, metric }, value]
    }
  })
  gauge('spillway_model_training_failed', '1 if the last training failed; the champion stays.', ({ model, last }) => [
    [{ model }, last?.state === 'failed' ? 1 : 0],
  ])
  gauge('spillway_model_drifted', '1 if the last drift check found drift.', ({ model, drift }) =>
    drift ? [[{ model }, drift.because === undefined ? 0 : 1]] : [],
  )
}

/** Totals over all reconciliations, and figures of the last completed one. */
export function registerReconcileMetrics(registry: Registry, { folder: { reconciliations } }: Pick<ServerContext, 'folder'>): void {
  const totals = () => reconciliations.last()?.done.totals
  registerMetric(
    registry,
    'counter',
    'spillway_reconcile_values_total',
    'Recorded values that were compared with SQL over the same log.',
    () => [[{}, totals()?.values ?? 0]],
  )
  registerMetric(
    registry,
    'counter',
    'spillway_reconcile_differing_total',
    'Mismatched values by cause, against the log at the time of the decision (recorded) or the present log (corrected).',
    function* () {
      const reasons = totals()?.reasons
      for (const basis of comparisonBases)
        for (const [cause, count] of Object.entries(reasons?.[basis] ?? {})) yield [{ basis, cause }, count]
    },
  )
  const gauges: readonly (readonly [name: string, help: string, value: () => number | undefined])[] = [
    [
      'spillway_reconcile_unexplained',
      'Mismatches of the last reconciliation without a known cause.',
      () => reconciliations.last()?.done.unexplained,
    ],
    [
      'spillway_reconcile_last_seconds',
      'When the last reconciliation ended, seconds since the epoch.',
      () => secondsOf(reconciliations.last()?.ended),
    ],
    ['spillway_reconcile_duration_seconds', 'How long the last reconciliation took.', () => reconciliations.last()?.done.seconds],
  ]
  for (const [name, help, value] of gauges) registerGauge(registry, name, help, value)
}

/** The last scheduled backup, and the outcome of the last attempt. */
export function registerBackupMetrics(registry: Registry, { folder: { backups } }: Pick<ServerContext, 'folder'>): void {
  const gauges: readonly (readonly [name: string, help: string, value: () => number | undefined])[] = [
    ['spillway_backup_last_seconds', 'Time of the last backup, seconds since the epoch.', () => secondsOf(backups.last()?.done.at)],
    ['spillway_backup_duration_seconds', 'How long the last backup took.', () => backups.last()?.done.seconds],
    [
      'spillway_backup_copied_bytes',
      'Bytes that the last backup added to its target, before compression.',
      () => backups.last()?.done.copied,
    ],
    [
      'spillway_backup_failed',
      '1 if the last attempt to back up failed.',
      () => (backups.failure() !== undefined ? 1 : backups.last() ? 0 : undefined),
    ],
  ]
  for (const [name, help, value] of gauges) registerGauge(registry, name, help, value)
}

const secondsOf = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
