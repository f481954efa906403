/**
 * `GET /decisions` lists the newest decisions, and `GET /decisions/:entry/trace` the stage times of decisions on one entry.
 *
 * A thread beside the run searches decisions: a recorded batch may hold thousands, which are decoded together. A trace is read on the
 * main thread.
 */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/index.ts'
import { lookupByName } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import { singleParameters, wholeNumberParameter, type Query } from '../http/query.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Decisions in one answer by default. */
const LIMIT = 20

const LIST_PARAMETERS = ['model', 'key', 'limit'] as const
const TRACE_PARAMETERS = ['model', 'key'] as const

export function decisionRoutes(app: FastifyInstance, { ir, load, search }: ServerContext): void {
  const modelNamed = lookupByName('model', ir.models)
  app.get<{ Querystring: Query }>('/decisions', { config: { role: 'read', query: LIST_PARAMETERS } }, async (request, reply) => {
    const { model, key, limit } = singleParameters(request.query, LIST_PARAMETERS)
    if (model !== undefined) modelNamed(model)
    const count = limit === undefined ? LIMIT : wholeNumberParameter('limit', limit, limits.DECISIONS_LISTED_MAX)
    const query = { model, key, last: count, maxScanned: limits.DECISIONS_SCANNED_MAX }
    const text = await load.shareOf('read', request).countSearch(() => search.newest(query))
    reply.type('application/json')
    return text
  })
}

export function traceRoutes(app: FastifyInstance, { ir, folder, run }: ServerContext): void {
  const modelNamed = lookupByName('model', ir.models)
  app.get<{ Params: { entry: string }; Querystring: Query }>(
    '/decisions/:entry/trace',
    { config: { role: 'read', query: TRACE_PARAMETERS } },
    async ({ params, query }, reply) => {
      const { model, key } = singleParameters(query, TRACE_PARAMETERS)
      if (model !== undefined) modelNamed(model)
      if (!/^\d{1,15}$/.test(params.entry)) throw new ServeError('SPILL_INPUT', `'${params.entry}' is not a log entry: write its number`)
      const entry = Number(params.entry)
      const entryTraces = await folder.decisions.traces({
        target: entry,
        model,
        key,
        most: limits.DECISIONS_TRACED_MAX,
        gathered: run.stages?.gathered,
      })
      if (entryTraces.length === 0)
        throw new ServeError('SPILL_NOT_FOUND', `entry ${entry} has no such decision; GET /decisions lists the newest`)
      reply.type('application/json')
      return JSON.stringify({ traces: entryTraces })
    },
  )
}
