/**
 * Rejected records, kept whole. `GET /dead-letters` lists them, the oldest first; `PATCH /dead-letters/:id` edits one; and
 * `POST /dead-letters/replay` and `/drop` settle some. Needs the role `operate`, since records may be confidential. A change is durable
 * when it is answered.
 */
import type { FastifyInstance } from 'fastify'
import { didYouMean, limits } from '../../base/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { deadLetterJson } from '../../log/index.ts'
import { controlRequests } from '../../operate/index.ts'
import { checkJsonFields } from '../body/json-body.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName, wholeNumberParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, jsonBody, listLimit, makeChange, operatorOf, pathNumber, requireControl } from './route.ts'

const config = { role: 'operate' } as const

export function deadLetterRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, load } = context
  const { deadLetters } = context.folder
  const sourceNamed = lookupByName('source', ir.sources)
  const list = ({ source, reason, after, limit }: Readonly<Partial<Record<'source' | 'reason' | 'after' | 'limit', string>>>) => {
    if (source !== undefined) sourceNamed(source)
    if (reason !== undefined) checkReason(reason)
    const afterId = after === undefined || after === '0' ? 0 : wholeNumberParameter('after', after, Number.MAX_SAFE_INTEGER)
    const count = listLimit(limit, limits.DEAD_LETTERS_LISTED_MAX)
    const page = deadLetters.page({ source, reason, after: afterId, limit: count, maxBytes: limits.DEAD_LETTERS_LISTED_BYTES })
    return { letters: page.map(deadLetterJson), counts: deadLetters.counts({ source, reason }) }
  }
  addReadRoute(app, '/dead-letters', ['source', 'reason', 'after', 'limit'], list, 'operate')

  // A number, since `/dead-letters/replay` and `/drop` are resources of their own.
  app.patch<{ Params: { id: string } }>('/dead-letters/:id(^[0-9]+$)', { config }, async (request, _reply) => {
    const id = pathNumber('dead letter', request.params.id)
    const fields = Object(await jsonBody(context, request)) as object
    checkJsonFields(fields, ['version', 'set', 'raw', 'rawBase64'])
    const edit = controlRequests.editDeadLetter({ ...fields, id })
    try {
      await makeChange(context, request, (control, by) => control.editDeadLetter(edit, by))
    } catch (error) {
      const current = deadLetters.byId(id)
      if (!current || !isCode(error, 'SPILL_CONFLICT')) throw error
      throw new ServeError('SPILL_CONFLICT', error.message, { more: { letter: deadLetterJson(current) } })
    }
    return deadLetterJson(deadLetters.byId(id)!)
  })
  app.post('/dead-letters/replay', { config }, async (request, _reply) => {
    const replay = controlRequests.replayDeadLetters(await jsonBody(context, request))
    try {
      const act = () => requireControl(context).replayDeadLetters(replay, operatorOf(request))
      return await load.shareOf('read', request).awaitCommit(replay.ids.length, act)
    } catch (error) {
      // Too many attempts: the client can act on it, and the server is well.
      throw isCode(error, 'SPILL_LIMIT') ? new ServeError('SPILL_LIMIT', error.message, { status: 409 }) : error
    }
  })
  app.post('/dead-letters/drop', { config }, async (request, _reply) => {
    const drop = controlRequests.dropDeadLetters(await jsonBody(context, request))
    const { settled } = await makeChange(context, request, (control, by) => control.dropDeadLetters(drop, by))
    return { dropped: drop.ids, settled }
  })
}

/** Throws 400 for an unknown reason. */
function checkReason(reason: string): void {
  if (!(rejectionReasons as readonly string[]).includes(reason))
    throw new ServeError('SPILL_INPUT', `nothing is rejected for '${reason}'${didYouMean(reason, rejectionReasons)}`)
}

/** Has the error this code? By shape and not by class: the pipeline may have loaded a second copy of Spillway. */
const isCode = (error: unknown, code: string): error is Error => error instanceof Error && 'code' in error && error.code === code
