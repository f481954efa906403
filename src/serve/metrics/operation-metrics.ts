/** Prometheus metrics for alerts on operation: ingestion of sources, batch runs, pending effects, disk, and HTTP errors. */
import { statfsSync } from 'node:fs'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { sumBy } from '../../base/index.ts'
import { lagTotals } from '../../monitor/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { type LabelledValues, registerGauge, registerMetric } from './metric.ts'

/** Registers the metrics that generated alert rules read. Counters exist from the start, so that their first increase is seen. */
export function registerOperationMetrics(registry: Registry, app: FastifyInstance, context: ServerContext): void {
  registerSourceMetrics(registry, context)
  registerBatchRunMetrics(registry, context)
  registerPendingEffects(registry, context)
  registerDisk(registry, context.folder.path)
  countRequests(registry, app)
}

function registerSourceMetrics(registry: Registry, { run: { counts }, ir, monitor }: Pick<ServerContext, 'run' | 'ir' | 'monitor'>): void {
  const gauge = (name: string, help: string, valueOf: (of: { eventTime: number; arrival: number }) => number) =>
    registerMetric(registry, 'gauge', name, help, () =>
      counts.ingestion().map(ingestion => [{ source: ingestion.source }, valueOf(ingestion)]),
    )
  registerMetric(registry, 'counter', 'spillway_rejected_records_total', 'Rejected records of a source, for any reason.', function* () {
    for (const { name } of ir.sources) yield [{ source: name }, sumBy(counts.deadLetters.get(name)?.values() ?? [], count => count)]
  })
  gauge(
    'spillway_source_last_arrival_seconds',
    'When the last event of the source that is decided arrived, seconds since the epoch; absent until the first event of this process.',
    ({ arrival }) => arrival / 1000,
  )
  gauge(
    'spillway_source_lag_seconds',
    'How far the newest event time of the source was behind the arrival of its last event, of decided events: waiting ones do not count.',
    ({ eventTime, arrival }) => Math.max(0, arrival - eventTime) / 1000,
  )
  if (!monitor) return
  const lagGauge = (name: string, help: string, of: 'records' | 'inTransaction') =>
    registerMetric(registry, 'gauge', name, help, () =>
      Array.from(lagTotals(monitor.lags, of), ([source, records]) => [{ source }, records] as const),
    )
  lagGauge(
    'spillway_source_lag_records',
    'Records behind the committed positions of the source, in all partitions, measured every 15 s; absent where its readers count none.',
    'records',
  )
  lagGauge(
    'spillway_source_in_transaction_records',
    'Records of that lag that cannot be read yet, since an open transaction comes before them; absent where its readers know no transactions.',
    'inTransaction',
  )
}

/** As-of times and failures of batch runs, from the ledger. Absent for pipelines without batch runs. */
function registerBatchRunMetrics(registry: Registry, { ir, folder }: Pick<ServerContext, 'ir' | 'folder'>): void {
  const groups = ir.groups.filter(({ place: { kind } }) => kind === 'batch' || kind === 'hybrid').map(({ name }) => name)
  if (groups.length === 0) return
  const gauge = (name: string, help: string, valuesOf: () => LabelledValues) => registerMetric(registry, 'gauge', name, help, valuesOf)
  gauge(
    'spillway_batch_as_of_seconds',
    'As-of time of the newest batch result of a feature group in use, seconds since the epoch; absent until the first.',
    function* () {
      const records = folder.batchRuns.list()
      for (const group of groups) {
        const last = records.findLast(record => record.group === group && record.swapped !== undefined)
        if (last) yield [{ group }, last.s / 1000]
      }
    },
  )
  gauge('spillway_batch_run_failed', '1 if the last batch run of a feature group that ended has failed.', function* () {
    const records = folder.batchRuns.list()
    for (const group of groups) {
      const last = records.findLast(record => record.group === group && record.ended !== undefined)
      if (last) yield [{ group }, last.state === 'failed' ? 1 : 0]
    }
  })
}

/** Effects that wait for their delivery, and dead effects that wait for a person. Absent for pipelines without deliveries. */
function registerPendingEffects(registry: Registry, { ir, folder }: Pick<ServerContext, 'ir' | 'folder'>): void {
  const actions = (ir.actions ?? []).filter(action => action.do.kind !== 'answer').map(({ name }) => name)
  if (actions.length === 0) return
  for (const [state, help] of [
    ['pending', 'Effects that wait for their delivery.'],
    ['dead', 'Effects whose last attempt failed, until someone retries or drops them.'],
  ] as const)
    registerMetric(registry, 'gauge', `spillway_effects_${state}`, help, () => {
      const counts = folder.effects.counts()
      return actions.map(action => [{ action }, counts.find(count => count.action === action && count.state === state)?.effects ?? 0])
    })
}

function registerDisk(registry: Registry, path: string): void {
  registerGauge(registry, 'spillway_disk_free_bytes', 'Free space of the file system with the data folder, for this user.', () => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  })
  registerGauge(registry, 'spillway_disk_size_bytes', 'Size of the file system with the data folder.', () => {
    const { blocks, bsize } = statfsSync(path)
    return blocks * bsize
  })
}

/** Routes of features have the role of all reads. The server may be a plugin under a prefix. */
const FEATURES_ROUTE = /\/features(?:\/|$)/

/** Does a route serve clients of the pipeline's data: events, decisions or features? */
const isDataRoute = ({ url = '', config: { role, isSigned = false } }: FastifyRequest['routeOptions']): boolean =>
  role === 'ingest' || role === 'decide' || isSigned || FEATURES_ROUTE.test(url)

/**
 * Counts answers of data routes, and those with a status of 500 or above. Polls of the dashboard and scrapes would hide errors among
 * them, and `/readyz` answers 503 while the run accepts nothing, which has its own alert.
 */
function countRequests(registry: Registry, app: FastifyInstance): void {
  let [answers, errors] = [0, 0]
  app.addHook('onResponse', ({ routeOptions }, { statusCode }, done) => {
    if (isDataRoute(routeOptions)) {
      answers++
      if (statusCode >= 500) errors++
    }
    done()
  })
  const counter = (name: string, help: string, valueOf: () => number) =>
    registerMetric(registry, 'counter', name, help, () => [[{}, valueOf()]])
  counter('spillway_http_requests_total', 'Answered requests of events, decisions and features.', () => answers)
  counter('spillway_http_errors_total', 'Those of spillway_http_requests_total with a status of 500 or above.', () => errors)
}
