/**
 * Probes of a gate. `GET /livez` answers while the process lives, `GET /readyz` answers 200 while it decides records, and 503 otherwise. A client
 * with the role `read` also gets the source, or the reason for the 503. `GET /` lists the routes of a gate.
 */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/index.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServedGate } from '../http/served-gate.ts'

export function gateProbeRoutes(app: FastifyInstance, gate: ServedGate): void {
  const index = `POST /sources/${gate.source.name}/events  checks events, and answers once they are durable
GET /livez    the process is alive
GET /readyz   the gate decides records
GET /metrics  counts for Prometheus
`
  app.get('/livez', { config: { isProbe: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { detailRole: 'read', isProbe: true } }, async ({ hasDetailRole }) => {
    const { problem } = gate
    if (problem !== undefined)
      throw new ServeError('SPILL_OVERLOAD', hasDetailRole ? problem : 'the gate decides no records now', {
        status: 503,
        retryAfter: limits.HTTP_RETRY_AFTER_S,
      })
    return { status: 'ready', ...(hasDetailRole && { source: gate.source.name, partitions: gate.partitions.length }) }
  })
  app.get('/', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('text/plain; charset=utf-8')
    return index
  })
}
