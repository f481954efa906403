/** `GET /decisions`: the newest that are recorded, read beside the run. */
import type { FastifyInstance } from 'fastify'
import { limits } from '../base/limits.ts'
import { newestDecisions } from '../run/newest-decisions.ts'
import { finder } from './named.ts'
import { single, wholeNumber, type Query } from './query.ts'
import type { Serving } from './serving.ts'

const LIMIT = 20

const ASKED = ['model', 'key', 'limit'] as const

export function decisionRoutes(app: FastifyInstance, { ir, reader }: Serving): void {
  const modelNamed = finder('model', ir.models)
  app.get<{ Querystring: Query }>('/decisions', { config: { role: 'read', query: ASKED } }, async ({ query }, reply) => {
    const { model, key, limit } = single(query, ASKED)
    if (model !== undefined) modelNamed(model)
    const last = limit === undefined ? LIMIT : wholeNumber('limit', limit, limits.DECISIONS_LISTED_MAX)
    const { decisions, isWhole } = await newestDecisions(reader, { model, key, last, lookAt: limits.DECISIONS_LOOKED_AT_MAX })
    reply.type('application/json')
    return JSON.stringify({ decisions, ...(!isWhole && { lookedAt: limits.DECISIONS_LOOKED_AT_MAX }) })
  })
}
