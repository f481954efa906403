/** `GET /metrics`: counts of the run, of HTTP and of the process, for Prometheus. Counts of the run are read at each scrape. */
import type { FastifyInstance } from 'fastify'
import { Histogram, Registry } from 'prom-client'
import { wallClock } from '../../base/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { registerAlertMetrics } from './alert-metrics.ts'
import { registerLineageMetrics } from './lineage-metrics.ts'
import { LoopDelay } from './loop-delay.ts'
import { registerGauge } from './metric.ts'
import { registerOperationMetrics } from './operation-metrics.ts'
import { registerStageMetrics } from './stage-metrics.ts'
import {
  registerFreshnessMetrics,
  registerLoadMetrics,
  registerModelMetrics,
  registerBackupMetrics,
  registerReconcileMetrics,
  registerRunMetrics,
} from './state-metrics.ts'

/** Upper bounds of the request histogram, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Adds the route, and a hook that measures all requests. */
export function metricRoutes(app: FastifyInstance, context: ServerContext): void {
  const registry = new Registry()
  registerRunMetrics(registry, context)
  registerLoadMetrics(registry, context)
  registerStageMetrics(registry, app, context)
  registerReconcileMetrics(registry, context)
  registerBackupMetrics(registry, context)
  registerModelMetrics(registry, context)
  registerFreshnessMetrics(registry, context)
  registerOperationMetrics(registry, app, context)
  registerAlertMetrics(registry, context)
  registerLineageMetrics(registry, context)
  context.addMetrics?.(registry)
  serveMetrics(app, registry)
}

/** Adds the metrics of the process and of requests, a hook that measures all requests, and the route. */
export function serveMetrics(app: FastifyInstance, registry: Registry): void {
  processMetrics(registry, app)
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

function processMetrics(registry: Registry, app: FastifyInstance): void {
  const loopDelay = new LoopDelay(registry).start()
  app.addHook('onClose', (_app, done) => {
    loopDelay.stop()
    done()
  })
  const started = wallClock() / 1000 - process.uptime()
  registerGauge(registry, 'process_start_time_seconds', 'When the process started, seconds since the epoch.', () => started)
  registerGauge(registry, 'process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  registerGauge(registry, 'process_cpu_seconds', 'Processor time of the process, user and system.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
}
