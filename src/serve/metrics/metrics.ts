/** `GET /metrics`: counts of the run, of HTTP and of the process, for Prometheus. What the run counts is read when it is asked for. */
import type { FastifyInstance } from 'fastify'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { freshnessMetrics } from './freshness-metrics.ts'
import { LoopDelay } from './loop-delay.ts'
import { modelMetrics } from './model-metrics.ts'
import { reconcileMetrics } from '../routes/reconciliations.ts'
import type { Serving } from '../context/server-context.ts'
import { stageMetrics } from './stage-metrics.ts'

/** Seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export function metricRoutes(app: FastifyInstance, serving: Serving): void {
  const registry = new Registry()
  runMetrics(registry, serving)
  loadMetrics(registry, serving)
  stageMetrics(registry, app, serving)
  reconcileMetrics(registry, serving)
  modelMetrics(registry, serving)
  freshnessMetrics(registry, serving)
  processMetrics(registry, app)
  serving.addMetrics?.(registry)
  const seconds = new Histogram({
    name: 'spillway_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer; streams of events are left out.',
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

function runMetrics(registry: Registry, { run, unsigned }: Serving): void {
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
  counter('spillway_events_total', 'Rows that sources gave, by what became of them; all durable.', ['source', 'outcome'], add => {
    for (const [source, { accepted, duplicates }] of run.counts.ofSource) {
      add({ source, outcome: 'accepted' }, accepted)
      add({ source, outcome: 'duplicate' }, duplicates)
    }
  })
  counter('spillway_late_events_total', "Accepted events that came later than their source's allowedLateness.", ['source'], add => {
    for (const [source, events] of run.counts.late) add({ source }, events)
  })
  counter('spillway_dead_letters_total', 'Records that were refused, by reason.', ['source', 'reason'], add => {
    for (const [source, reasons] of run.counts.letters) for (const [reason, count] of reasons) add({ source, reason }, count)
  })
  counter('spillway_webhooks_unsigned_total', 'Webhooks that were rejected for their signature.', ['source', 'reason'], add => {
    for (const [source, reason, count] of unsigned) add({ source, reason }, count)
  })
  counter('spillway_decisions_total', 'Decisions that are durable.', ['model'], add => {
    for (const [model, count] of run.counts.ofModel) add({ model }, count)
  })
  counter(
    'spillway_explored_decisions_total',
    'Durable decisions that an action left undone to see what comes of them.',
    ['action'],
    add => {
      for (const [action, count] of run.counts.explored) add({ action }, count)
    },
  )
}

function loadMetrics(registry: Registry, { run, load, streams, state, data }: Serving): void {
  const gauges: readonly (readonly [name: string, help: string, value: () => number])[] = [
    ['spillway_up', '1 while the run takes events.', () => (state.ended === undefined && !run.isHeldBack ? 1 : 0)],
    ['spillway_log_entries', 'Entries that the log has had.', () => run.end],
    ['spillway_waiting_records', 'Records that wait for their turn.', () => run.waiting],
    ['spillway_wal_bytes', "Bytes of the log's write-ahead file.", () => sizeOf(join(data, 'log.db-wal'))],
    ['spillway_http_waiting_requests', 'Requests that wait for their commit.', () => load.requests],
    ['spillway_http_streams', 'NDJSON streams that are being taken.', () => load.streams.used],
    ['spillway_http_body_bytes', 'Bytes of bodies that are held.', () => load.bytes],
    ['spillway_event_streams', 'Readers of the streams of decisions and effects.', () => streams?.readers ?? 0],
  ]
  for (const [name, help, value] of gauges) gauge(registry, name, help, value)
}

function processMetrics(registry: Registry, app: FastifyInstance): void {
  const beating = new LoopDelay(registry).start()
  app.addHook('onClose', (_app, done) => {
    beating.stop()
    done()
  })
  gauge(registry, 'process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  gauge(registry, 'process_cpu_seconds', 'Processor time that the process has taken.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  const made = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(value())
    },
  })
  registry.registerMetric(made)
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
