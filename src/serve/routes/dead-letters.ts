/** `GET /dead-letters`: records that were refused, whole, the oldest first. For operators: what is in a record may be for nobody else. */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/did-you-mean.ts'
import { limits } from '../../base/limits.ts'
import { refusalReasons } from '../../intake/refusal.ts'
import { letterJson } from '../../log/letter-json.ts'
import { finder } from '../http/named-definition.ts'
import { single, wholeNumber, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'

const LIMIT = 20

const ASKED = ['source', 'reason', 'after', 'limit'] as const

export function letterRoutes(app: FastifyInstance, { ir, reader: { letters } }: Serving): void {
  const sourceNamed = finder('source', ir.sources)
  app.get<{ Querystring: Query }>('/dead-letters', { config: { role: 'operate', query: ASKED } }, async ({ query }) => {
    const { source, reason, after, limit } = single(query, ASKED)
    if (source !== undefined) sourceNamed(source)
    if (reason !== undefined) checkReason(reason)
    const behind = after === undefined || after === '0' ? 0 : wholeNumber('after', after, Number.MAX_SAFE_INTEGER)
    const most = limit === undefined ? LIMIT : wholeNumber('limit', limit, limits.LETTERS_LISTED_MAX)
    const found: object[] = []
    let bytes = 0
    for (let letter = letters.deadBehind(behind, { source, reason }); letter; letter = letters.deadBehind(letter.id, { source, reason })) {
      found.push(letterJson(letter))
      bytes += letter.raw.length + (letter.original?.length ?? 0)
      if (found.length === most || bytes >= limits.LETTERS_LISTED_BYTES) break
    }
    const counts = letters.counts().filter(one => one.source === (source ?? one.source) && one.reason === (reason ?? one.reason))
    return { letters: found, counts }
  })
}

/** Throws 400. */
function checkReason(reason: string): void {
  if (!(refusalReasons as readonly string[]).includes(reason))
    throw new ServeError('SPILL_INPUT', `nothing is refused for '${reason}'${didYouMean(reason, refusalReasons)}`)
}
