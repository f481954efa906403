/** `GET /decisions`: the newest that are recorded, looked for in a thread beside the run: a stretch of them may be thousands, which are decoded together. */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/limits.ts'
import { finder } from '../http/named-definition.ts'
import { single, wholeNumber, type Query } from '../http/query.ts'
import type { Serving } from '../context/server-context.ts'

const LIMIT = 20

const ASKED = ['model', 'key', 'limit'] as const

export function decisionRoutes(app: FastifyInstance, { ir, load, searching }: Serving): void {
  const modelNamed = finder('model', ir.models)
  app.get<{ Querystring: Query }>('/decisions', { config: { role: 'read', query: ASKED } }, async (request, reply) => {
    const { model, key, limit } = single(request.query, ASKED)
    if (model !== undefined) modelNamed(model)
    const last = limit === undefined ? LIMIT : wholeNumber('limit', limit, limits.DECISIONS_LISTED_MAX)
    const ask = { model, key, last, lookAt: limits.DECISIONS_LOOKED_AT_MAX }
    const text = await load.shareOf('read', request).searching(() => searching.newest(ask))
    reply.type('application/json')
    return text
  })
}
