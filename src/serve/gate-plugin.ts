/** A gate as a Fastify plugin: probes and metrics, with the authorization of a run's server. */
import type { FastifyPluginAsync } from 'fastify'
import { addAuthorizationHooks } from './context/authorization.ts'
import type { ServeOptions } from './context/server-context.ts'
import { checkQueries } from './http/request.ts'
import type { ServedGate } from './http/served-gate.ts'
import { gateMetricRoutes } from './metrics/gate-metrics.ts'
import { answerByRoutes } from './plugin.ts'
import { gateProbeRoutes } from './routes/gate-probes.ts'

export interface GatePluginOptions extends Pick<ServeOptions, 'hosts' | 'tokens' | 'onError'> {
  readonly gate: ServedGate
}

/** Registers all routes of a gate. Metrics first: their hook measures the routes after them. */
export const gatePlugin: FastifyPluginAsync<GatePluginOptions> = async (app, { gate, onError = () => {}, ...authorization }) => {
  answerByRoutes(app, onError)
  addAuthorizationHooks(app, authorization)
  checkQueries(app)
  gateMetricRoutes(app, gate)
  gateProbeRoutes(app, gate)
}
