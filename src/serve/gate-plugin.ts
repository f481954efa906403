/** A gate as a Fastify plugin: events in, probes and metrics, with the authorization and the limits of a run's server. */
import type { FastifyPluginAsync } from 'fastify'
import { AdmissionControl } from './access/admission-control.ts'
import { addFairQueueHook } from './access/fair-queue.ts'
import { defaultResourceLimits } from './access/resource-limits.ts'
import { addAuthorizationHooks } from './context/authorization.ts'
import type { ServeOptions } from './context/server-context.ts'
import { checkQueries } from './http/request.ts'
import type { ServedGate } from './http/served-gate.ts'
import { gateMetricRoutes } from './metrics/gate-metrics.ts'
import { answerByRoutes } from './plugin.ts'
import { gateTarget } from './routes/gate-events.ts'
import { gateProbeRoutes } from './routes/gate-probes.ts'
import { ingestRoutes } from './routes/ingest.ts'

export interface GatePluginOptions extends Pick<ServeOptions, 'hosts' | 'tokens' | 'onError'> {
  readonly gate: ServedGate
}

/** Registers all routes of a gate. Metrics first: their hook measures the routes after them. */
export const gatePlugin: FastifyPluginAsync<GatePluginOptions> = async (app, { gate, onError = () => {}, ...authorization }) => {
  answerByRoutes(app, onError)
  addAuthorizationHooks(app, authorization)
  checkQueries(app)
  const run = gateTarget(gate)
  const load = new AdmissionControl(run, defaultResourceLimits)
  app.addHook('onClose', (_app, closed) => {
    load.close()
    closed()
  })
  addFairQueueHook(app, load.fairQueue)
  gateMetricRoutes(app, gate)
  ingestRoutes(app, { run, ir: { sources: [gate.source] }, load })
  gateProbeRoutes(app, gate)
}
