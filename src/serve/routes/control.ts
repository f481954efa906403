/**
 * Changes that operators make while the run goes on: `PATCH /dead-letters/:id`, `POST /dead-letters/replay` and `/drop`, and
 * `POST /effects/:number/retry` and `/drop`, and `POST /jobs/cancel`. An answer means that the change is durable.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { deadLetterJson } from '../../log/index.ts'
import { controlRequests, type RunControl } from '../../operate/index.ts'
import type { ClientShare } from '../access/admission-control.ts'
import { withBody } from '../body/body.ts'
import { checkJsonFields, parseJsonValue } from '../body/json-body.ts'
import { effectJson } from '../events/effect-journal.ts'
import { mediaTypeOf } from '../http/content-type.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

const config = { role: 'operate' } as const

interface DeadLetterRoute {
  Params: { id: string }
}

interface EffectRoute {
  Params: { number: string }
}

type Change<T> = (control: RunControl, by: string) => Promise<T>

export function controlRoutes(app: FastifyInstance, { folder: { deadLetters, effects }, load, control }: ServerContext): void {
  /** Makes a change within the client's share of the server. */
  const change = <T>(request: FastifyRequest, act: Change<T>): Promise<T> =>
    load.shareOf('read', request).countRequest(() => act(requireControl(control), operatorOf(request)))
  const body = (request: FastifyRequest): Promise<unknown> => jsonBody(request, load.shareOf('read', request))

  // A number, since `/dead-letters/replay` and `/drop` are resources of their own.
  app.patch<DeadLetterRoute>('/dead-letters/:id(^[0-9]+$)', { config }, async (request, _reply) => {
    const id = numberIn('dead letter', request.params.id)
    const fields = Object(await body(request)) as object
    checkJsonFields(fields, ['version', 'set', 'raw', 'rawBase64'])
    const edit = controlRequests.editDeadLetter({ ...fields, id })
    try {
      await change(request, (changes, by) => changes.editDeadLetter(edit, by))
    } catch (error) {
      const current = deadLetters.byId(id)
      if (!current || !isCode(error, 'SPILL_CONFLICT')) throw error
      throw new ServeError('SPILL_CONFLICT', error.message, { more: { letter: deadLetterJson(current) } })
    }
    return deadLetterJson(deadLetters.byId(id)!)
  })
  app.post('/dead-letters/replay', { config }, async (request, _reply) => {
    const resend = controlRequests.resendDeadLetters(await body(request))
    try {
      const act = () => requireControl(control).resendDeadLetters(resend, operatorOf(request))
      return await load.shareOf('read', request).awaitCommit(resend.ids.length, act)
    } catch (error) {
      // Too many attempts: the client can act on it, and the server is well.
      throw isCode(error, 'SPILL_LIMIT') ? new ServeError('SPILL_LIMIT', error.message, { status: 409 }) : error
    }
  })
  app.post('/dead-letters/drop', { config }, async (request, _reply) => {
    const drop = controlRequests.dropDeadLetters(await body(request))
    const { settled } = await change(request, (changes, by) => changes.dropDeadLetters(drop, by))
    return { dropped: drop.ids, settled }
  })

  app.post<EffectRoute>('/effects/:number/retry', { config }, async (request, _reply) => {
    const number = numberIn('effect', request.params.number)
    await change(request, (changes, by) => changes.retryEffects({ numbers: [number] }, by))
    return effectJson(effects.byNumber(number)!)
  })
  app.post<EffectRoute>('/effects/:number/drop', { config }, async (request, _reply) => {
    const number = numberIn('effect', request.params.number)
    const fields = Object(await body(request)) as object
    checkJsonFields(fields, ['why'])
    const drop = controlRequests.dropEffects({ ...fields, numbers: [number] })
    await change(request, (changes, by) => changes.dropEffects(drop, by))
    return effectJson(effects.byNumber(number)!)
  })

  app.post('/jobs/cancel', { config }, async (request, _reply) => {
    const cancellation = controlRequests.cancelJob(await body(request))
    await change(request, (changes, by) => changes.cancelJob(cancellation, by))
    return { cancelled: cancellation }
  })
}

/** The client in the operator log. */
const operatorOf = ({ client }: FastifyRequest): string => (client === undefined ? 'http' : `token:${client}`)

function requireControl(control: RunControl | undefined): RunControl {
  if (control) return control
  throw new ServeError(
    'SPILL_UNSUPPORTED',
    'this server makes no changes of dead letters, effects and jobs; use `spillway dlq`, `effects` and `jobs`',
  )
}

function jsonBody(request: FastifyRequest, share: ClientShare): Promise<unknown> {
  if (mediaTypeOf(request.raw) === 'json') return withBody(request.raw, share, parseJsonValue)
  throw new ServeError('SPILL_INPUT', 'the body is one JSON object: send it with -H content-type:application/json (or curl --json)', {
    status: 415,
  })
}

/** A number in a path. Throws 404. */
function numberIn(kind: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new ServeError('SPILL_NOT_FOUND', `there is no ${kind} '${text}'; GET /${kind.replace(' ', '-')}s lists them`)
}

/** Has the error this code? By shape and not by class: the pipeline may have loaded a second copy of Spillway. */
const isCode = (error: unknown, code: string): error is Error => error instanceof Error && 'code' in error && error.code === code
