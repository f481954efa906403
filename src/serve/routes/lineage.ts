/** `GET /lineage`: which columns, features and scores each feature, model, action and report depends on; around one of them with `?of=`. */
import type { FastifyInstance } from 'fastify'
import { lineageAround, lineageOf } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { singleParameters, type Query } from '../http/query.ts'

const PARAMETERS = ['of'] as const

export function lineageRoutes(app: FastifyInstance, { ir }: ServerContext): void {
  const whole = lineageOf(ir)
  app.get<{ Querystring: Query }>('/lineage', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { of } = singleParameters(query, PARAMETERS)
    return of === undefined ? whole : lineageAround(whole, of)
  })
}
