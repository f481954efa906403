/**
 * Liveness and readiness. `GET /healthz` answers while the process lives. `GET /readyz` answers 200 while the run accepts events, and 503
 * otherwise. A client with the role `read` also gets the pipeline and the next sequence number, or the reason for the 503.
 */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/index.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

export function healthRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, run } = context
  app.get('/healthz', { config: { isProbe: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { detailRole: 'read', isProbe: true } }, async ({ hasDetailRole }) => {
    const reason = readinessProblem(context)
    if (reason !== undefined)
      throw new ServeError('SPILL_OVERLOAD', hasDetailRole ? reason : 'the run accepts nothing now', {
        status: 503,
        retryAfter: limits.HTTP_RETRY_AFTER_S,
      })
    return { status: 'ready', ...(hasDetailRole && { pipeline: ir.name, sequence: run.end }) }
  })
}

/** Why the run accepts no events; `undefined` while it does. */
export function readinessProblem({ run, state }: ServerContext): string | undefined {
  if (state.ended === 'failed') return 'the run has failed, and accepts nothing more; restart its process'
  if (state.ended === 'stopped') return 'the run was stopped'
  if (run.isHeldBack) return 'sources are held back: as many ids are within `dedupe` as can be remembered (DEDUPE_IDS_MAX)'
  if (run.waiting >= limits.WAITING_RECORDS_MAX) return `${run.waiting} records wait for their turn (WAITING_RECORDS_MAX)`
  return undefined
}
