/** `GET /decisions/:entry/trace`: when everything happened to the decisions of an entry, read beside the run. */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/limits.ts'
import { traces } from '../../operate/trace.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import { single, type Query } from '../http/query.ts'

const ASKED = ['model', 'key'] as const

export function traceRoutes(app: FastifyInstance, { ir, reader, run }: Serving): void {
  const modelNamed = finder('model', ir.models)
  app.get<{ Params: { entry: string }; Querystring: Query }>(
    '/decisions/:entry/trace',
    { config: { role: 'read', query: ASKED } },
    async ({ params, query }, reply) => {
      const { model, key } = single(query, ASKED)
      if (model !== undefined) modelNamed(model)
      if (!/^\d{1,15}$/.test(params.entry))
        throw new ServeError('SPILL_INPUT', `'${params.entry}' is no entry of the log: write its number`)
      const entry = Number(params.entry)
      const found = await traces(reader, { entry, model, key, most: limits.DECISIONS_TRACED_MAX, gathered: run.stages?.gathered })
      if (found.length === 0) throw new ServeError('SPILL_NOT_FOUND', `entry ${entry} made no such decision; /decisions lists the newest`)
      reply.type('application/json')
      return JSON.stringify({ traces: found })
    },
  )
}
