/**
 * `GET /healthz`: the process lives. `GET /readyz`: the run accepts events now, or not. A client that may read also gets the pipeline and
 * the log position, or the reason for the 503.
 */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/limits.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'

export function healthRoutes(app: FastifyInstance, serving: Serving): void {
  const { ir, run } = serving
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { moreFor: 'read' } }, async ({ maySeeMore }) => {
    const why = notReady(serving)
    if (why !== undefined)
      throw new ServeError('SPILL_OVERLOAD', maySeeMore ? why : 'the run takes nothing now', {
        status: 503,
        retryAfter: limits.HTTP_RETRY_AFTER_S,
      })
    return { status: 'ready', ...(maySeeMore && { pipeline: ir.name, position: run.end }) }
  })
}

function notReady({ run, state }: Serving): string | undefined {
  if (state.ended === 'failed') return 'the run has failed and takes nothing more; its process must be started again'
  if (state.ended === 'stopped') return 'the run was stopped'
  if (run.isHeldBack) return 'sources are held back: as many ids are within `dedupe` as can be remembered (DEDUPE_IDS_MAX)'
  if (run.waiting >= limits.WAITING_RECORDS_MAX) return `${run.waiting} records wait for their turn (WAITING_RECORDS_MAX)`
  return undefined
}
