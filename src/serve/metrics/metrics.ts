/** `GET /metrics`: counts of the run, of HTTP and of the process, for Prometheus. Counts of the run are read at each scrape. */
import type { FastifyInstance } from 'fastify'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { registerFreshnessMetrics } from './freshness-metrics.ts'
import { LoopDelay } from './loop-delay.ts'
import { registerModelMetrics } from './model-metrics.ts'
import { registerReconcileMetrics } from '../routes/reconciliations.ts'
import type { ServerContext } from '../context/server-context.ts'
import { registerStageMetrics } from './stage-metrics.ts'

/** Upper bounds of the request histogram, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Adds the route, and a hook that measures all requests. */
export function metricRoutes(app: FastifyInstance, context: ServerContext): void {
  const registry = new Registry()
  runMetrics(registry, context)
  loadMetrics(registry, context)
  registerStageMetrics(registry, app, context)
  registerReconcileMetrics(registry, context)
  registerModelMetrics(registry, context)
  registerFreshnessMetrics(registry, context)
  processMetrics(registry, app)
  context.addMetrics?.(registry)
  const seconds = new Histogram({
    name: 'spillway_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer, without event streams.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const { url: route = 'none', config } = routeOptions
    if (!config.isStream) seconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
  app.get('/metrics', { config: { role: 'read', query: 'any' } }, async (_request, reply) => {
    reply.type(registry.contentType)
    return registry.metrics()
  })
}

function runMetrics(registry: Registry, { run, unsigned }: ServerContext): void {
  const counter = (
    name: string,
    help: string,
    labels: readonly string[],
    each: (add: (labels: Record<string, string>, count: number) => void) => void,
  ) =>
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        this.reset()
        each((labels, count) => this.inc(labels, count))
      },
    })
  counter('spillway_events_total', 'Durable rows of sources, by outcome.', ['source', 'outcome'], add => {
    for (const [source, { accepted, duplicates }] of run.counts.bySource) {
      add({ source, outcome: 'accepted' }, accepted)
      add({ source, outcome: 'duplicate' }, duplicates)
    }
  })
  counter('spillway_late_events_total', "Accepted events that arrived later than their source's allowedLateness.", ['source'], add => {
    for (const [source, events] of run.counts.lateEvents) add({ source }, events)
  })
  counter('spillway_dead_letters_total', 'Rejected records, by reason.', ['source', 'reason'], add => {
    for (const [source, reasons] of run.counts.deadLetters) for (const [reason, count] of reasons) add({ source, reason }, count)
  })
  counter('spillway_webhooks_unsigned_total', 'Webhooks rejected for their signature, by reason.', ['source', 'reason'], add => {
    for (const [source, reason, count] of unsigned) add({ source, reason }, count)
  })
  counter('spillway_decisions_total', 'Durable decisions.', ['model'], add => {
    for (const [model, count] of run.counts.byModel) add({ model }, count)
  })
  counter('spillway_explored_decisions_total', 'Durable decisions that an action left undone for exploration.', ['action'], add => {
    for (const [action, count] of run.counts.explored) add({ action }, count)
  })
}

function loadMetrics(registry: Registry, { run, load, streams, state, folder }: ServerContext): void {
  const gauges: readonly (readonly [name: string, help: string, value: () => number])[] = [
    ['spillway_up', '1 while the run accepts events.', () => (state.ended === undefined && !run.isHeldBack ? 1 : 0)],
    ['spillway_log_entries', 'Position of the log: entries appended so far.', () => run.end],
    ['spillway_waiting_records', 'Records that wait for their turn.', () => run.waiting],
    ['spillway_wal_bytes', "Bytes of the log's write-ahead file.", () => sizeOf(join(folder.path, 'log.db-wal'))],
    ['spillway_http_waiting_requests', 'Requests that wait for their commit.', () => load.requests],
    ['spillway_http_streams', 'NDJSON streams that are being read.', () => load.streams.used],
    ['spillway_http_body_bytes', 'Bytes of request bodies in memory.', () => load.bytes],
    ['spillway_event_streams', 'Readers of the streams of decisions and effects.', () => streams?.readers ?? 0],
  ]
  for (const [name, help, value] of gauges) gauge(registry, name, help, value)
}

function processMetrics(registry: Registry, app: FastifyInstance): void {
  const loopDelay = new LoopDelay(registry).start()
  app.addHook('onClose', (_app, done) => {
    loopDelay.stop()
    done()
  })
  gauge(registry, 'process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  gauge(registry, 'process_cpu_seconds', 'Processor time of the process, user and system.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  const metric = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(value())
    },
  })
  registry.registerMetric(metric)
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
