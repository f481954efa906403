/** `GET /dead-letters`: rejected records, kept whole, the oldest first. Needs the role `operate`, since records may be confidential. */
import type { FastifyInstance } from 'fastify'
import { didYouMean, limits } from '../../base/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { deadLetterJson } from '../../log/index.ts'
import { lookupByName } from '../http/named-definition.ts'
import { singleParameters, wholeNumberParameter, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Dead letters in one answer by default. */
const LIMIT = 20

const PARAMETERS = ['source', 'reason', 'after', 'limit'] as const

export function deadLetterRoutes(app: FastifyInstance, { ir, folder: { deadLetters } }: ServerContext): void {
  const sourceNamed = lookupByName('source', ir.sources)
  app.get<{ Querystring: Query }>('/dead-letters', { config: { role: 'operate', query: PARAMETERS } }, async ({ query }) => {
    const { source, reason, after, limit } = singleParameters(query, PARAMETERS)
    if (source !== undefined) sourceNamed(source)
    if (reason !== undefined) checkReason(reason)
    const afterId = after === undefined || after === '0' ? 0 : wholeNumberParameter('after', after, Number.MAX_SAFE_INTEGER)
    const count = limit === undefined ? LIMIT : wholeNumberParameter('limit', limit, limits.DEAD_LETTERS_LISTED_MAX)
    const page = deadLetters.page({ source, reason, after: afterId, limit: count, maxBytes: limits.DEAD_LETTERS_LISTED_BYTES })
    return { letters: page.map(deadLetterJson), counts: deadLetters.counts({ source, reason }) }
  })
}

/** Throws 400 for an unknown reason. */
function checkReason(reason: string): void {
  if (!(rejectionReasons as readonly string[]).includes(reason))
    throw new ServeError('SPILL_INPUT', `nothing is rejected for '${reason}'${didYouMean(reason, rejectionReasons)}`)
}
