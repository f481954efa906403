/**
 * Rejected records, kept whole. `GET /dead-letters` lists them, and `/dead-letters/causes` groups them; `PATCH /dead-letters/:id` edits one; and
 * `POST /dead-letters/replay` and `/drop` settle some. Needs the role `operate`, since records may be confidential. A change is durable
 * when it is answered.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { didYouMean, type ErrorCode, limits } from '../../base/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { type AnyDeadLetter, deadLetterJson } from '../../log/index.ts'
import {
  controlRequests,
  type DeadLetterCauses,
  type DeadLetterEdit,
  type DeadLetterPageQuery,
  MASKED,
  type PersonalMask,
  type ReplayedDeadLetter,
} from '../../operate/index.ts'
import { jsonFields } from '../body/json-body.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName, wholeNumberParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, jsonBody, listLimit, makeChange, maskFor, operatorOf, pathNumber, personalRole, requireControl } from './route.ts'

type LetterFilter = Readonly<Partial<Record<'source' | 'reason', string | undefined>>>
type PageParameters = Readonly<Partial<Record<'order' | 'after' | 'before', string>>>
type ListParameters = LetterFilter & PageParameters & Readonly<Partial<Record<'cause' | 'limit', string>>>

export function deadLetterRoutes(app: FastifyInstance, context: ServerContext): void {
  const { load } = context
  const { deadLetters } = context.folder
  const config = { role: 'operate', ...personalRole(context) } as const
  const list = async ({ source, reason, cause, limit, ...page }: ListParameters, request: FastifyRequest) => {
    checkFilter(context, { source, reason })
    if (cause !== undefined && !/^[0-9a-f]{16}$/.test(cause))
      throw new ServeError('SPILL_INPUT', `?cause=${cause} is no cause; GET /dead-letters/causes lists them`)
    const count = listLimit(limit, limits.DEAD_LETTERS_LISTED_MAX)
    const range = { ...pageStart(page), limit: count, maxBytes: limits.DEAD_LETTERS_LISTED_BYTES }
    const { letters, next } = await deadLetters.page({ source, reason, cause, ...range })
    const mask = maskFor(context, request)
    return {
      letters: letters.map(letter => letterJson(letter, mask)),
      next,
      counts: deadLetters.counts({ source, reason }),
      deployed: context.folder.series.lastDeployment(),
    }
  }
  addReadRoute(app, '/dead-letters', ['source', 'reason', 'cause', 'order', 'after', 'before', 'limit'], list, config)

  const group = async (filter: LetterFilter, request: FastifyRequest) => {
    checkFilter(context, filter)
    return maskedCauses(await deadLetters.causes(filter), maskFor(context, request))
  }
  addReadRoute(app, '/dead-letters/causes', ['source', 'reason'], group, config)

  // A number, since `/dead-letters/replay` and `/drop` are resources of their own.
  app.patch<{ Params: { id: string } }>('/dead-letters/:id(^[0-9]+$)', { config }, async (request, _reply) => {
    const id = pathNumber('dead letter', request.params.id)
    const fields = jsonFields(await jsonBody(context, request), ['version', 'set', 'rename', 'raw', 'rawBase64'])
    const edit = controlRequests.editDeadLetter({ ...fields, id })
    const mask = maskFor(context, request)
    if (mask) checkMaskedEdit(edit, mask.isPersonalSource(deadLetters.byId(id)?.source))
    try {
      await makeChange(context, request, (control, by) => control.editDeadLetter(edit, by))
    } catch (error) {
      const current = deadLetters.byId(id)
      if (!current || !hasCode(error, 'SPILL_CONFLICT', 'SPILL_PRECONDITION')) throw error
      throw new ServeError(error.code, error.message, { more: { letter: letterJson(current, mask) } })
    }
    return letterJson(deadLetters.byId(id)!, mask)
  })
  app.post('/dead-letters/replay', { config }, async (request, _reply) => {
    const replay = controlRequests.replayDeadLetters(await jsonBody(context, request))
    try {
      const act = () => requireControl(context).replayDeadLetters(replay, operatorOf(request))
      const result = await load.shareOf('read', request).awaitCommit(replay.ids.length, act)
      const mask = maskFor(context, request)
      return mask
        ? { ...result, letters: result.letters.map(letter => maskedOutcome(letter, deadLetters.byId(letter.id)?.source, mask)) }
        : result
    } catch (error) {
      // Too many attempts: the client can act on it, and the server is well.
      throw hasCode(error, 'SPILL_LIMIT') ? new ServeError('SPILL_LIMIT', error.message, { status: 409 }) : error
    }
  })
  app.post('/dead-letters/drop', { config }, async (request, _reply) => {
    const drop = controlRequests.dropDeadLetters(await jsonBody(context, request))
    const { settled } = await makeChange(context, request, (control, by) => control.dropDeadLetters(drop, by))
    return { dropped: drop.ids, settled }
  })
}

/** The order of a page, and the number that it continues from. Throws 400. */
function pageStart({ order = 'oldest', after, before }: PageParameters): Pick<DeadLetterPageQuery, 'order' | 'from'> {
  if (order !== 'oldest' && order !== 'newest') throw new ServeError('SPILL_INPUT', `?order=${order} is oldest or newest`)
  const [name, text, other] = order === 'oldest' ? (['after', after, before] as const) : (['before', before, after] as const)
  if (other !== undefined) throw new ServeError('SPILL_INPUT', `with order=${order}, a page continues with ?${name}=ID`)
  if (text === undefined) return { order }
  return { order, from: name === 'after' && text === '0' ? 0 : wholeNumberParameter(name, text, Number.MAX_SAFE_INTEGER) }
}

/** A dead letter as a client sees it. */
const letterJson = (letter: AnyDeadLetter, mask: PersonalMask | undefined): object => {
  const json = deadLetterJson(letter)
  return mask ? mask.letter(json as Parameters<PersonalMask['letter']>[0]) : json
}

/** Causes as a client sees them: a message may have names of fields that are no column. */
const maskedCauses = ({ causes, ...rest }: DeadLetterCauses, mask: PersonalMask | undefined): DeadLetterCauses => ({
  ...rest,
  causes: mask ? causes.map(each => ({ ...each, detail: mask.detail(each.source ?? undefined, each.reason, each.detail) })) : causes,
})

/** The outcome of a replay, whose reason may quote the record. */
const maskedOutcome = (letter: ReplayedDeadLetter, source: string | undefined, mask: PersonalMask): ReplayedDeadLetter =>
  letter.detail === undefined ? letter : { ...letter, detail: mask.detail(source, letter.reason ?? '', letter.detail) }

/** Throws for an edit that would put masks in place of the values that its client does not see. */
function checkMaskedEdit({ raw, rawBase64, rename, set = {} }: DeadLetterEdit, isMasked: boolean): void {
  if (isMasked && (raw !== undefined || rawBase64 !== undefined))
    throw new ServeError('SPILL_ROLE', "the record has personal data, so that replacing it whole needs the role 'personal'; set its fields")
  // Under another name a personal value would be shown.
  if (isMasked && rename !== undefined)
    throw new ServeError('SPILL_ROLE', "the record has personal data, so that renaming its fields needs the role 'personal'")
  for (const [name, value] of Object.entries(set))
    if (value === MASKED)
      throw new ServeError('SPILL_INPUT', `'${name}' would become the mask ${MASKED}; leave out the fields that you do not change`)
}

/** Throws 404 for an unknown source, and 400 for an unknown reason. */
function checkFilter({ ir }: Pick<ServerContext, 'ir'>, { source, reason }: LetterFilter): void {
  if (source !== undefined) lookupByName('source', ir.sources)(source)
  if (reason !== undefined && !(rejectionReasons as readonly string[]).includes(reason))
    throw new ServeError('SPILL_INPUT', `nothing is rejected for '${reason}'${didYouMean(reason, rejectionReasons)}`)
}

/** Has the error this code? By shape and not by class: the pipeline may have loaded a second copy of Spillway. */
const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is Error & { readonly code: ErrorCode } =>
  error instanceof Error && 'code' in error && codes.some(code => code === error.code)
