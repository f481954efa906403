/** `GET /dead-letters`: rejected records, kept whole, the oldest first. Needs the role `operate`, since records may be confidential. */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/did-you-mean.ts'
import { limits } from '../../base/limits.ts'
import { refusalReasons } from '../../intake/refusal.ts'
import { letterJson } from '../../log/letter-json.ts'
import { finder } from '../http/named-definition.ts'
import { single, wholeNumber, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'

/** Dead letters in one answer by default. */
const LIMIT = 20

const PARAMETERS = ['source', 'reason', 'after', 'limit'] as const

/** Adds the route of dead letters. */
export function letterRoutes(app: FastifyInstance, { ir, reader: { letters } }: Serving): void {
  const sourceNamed = finder('source', ir.sources)
  app.get<{ Querystring: Query }>('/dead-letters', { config: { role: 'operate', query: PARAMETERS } }, async ({ query }) => {
    const { source, reason, after, limit } = single(query, PARAMETERS)
    if (source !== undefined) sourceNamed(source)
    if (reason !== undefined) checkReason(reason)
    const afterId = after === undefined || after === '0' ? 0 : wholeNumber('after', after, Number.MAX_SAFE_INTEGER)
    const count = limit === undefined ? LIMIT : wholeNumber('limit', limit, limits.LETTERS_LISTED_MAX)
    const listed: object[] = []
    let bytes = 0
    for (let letter = letters.deadBehind(afterId, { source, reason }); letter; letter = letters.deadBehind(letter.id, { source, reason })) {
      listed.push(letterJson(letter))
      bytes += letter.raw.length + (letter.original?.length ?? 0)
      if (listed.length === count || bytes >= limits.LETTERS_LISTED_BYTES) break
    }
    const counts = letters.counts().filter(group => group.source === (source ?? group.source) && group.reason === (reason ?? group.reason))
    return { letters: listed, counts }
  })
}

/** Throws 400 for an unknown reason. */
function checkReason(reason: string): void {
  if (!(refusalReasons as readonly string[]).includes(reason))
    throw new ServeError('SPILL_INPUT', `nothing is refused for '${reason}'${didYouMean(reason, refusalReasons)}`)
}
