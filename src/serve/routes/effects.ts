/**
 * `GET /effects` lists effects. `POST /effects/:number/retry` and `/drop` change a dead effect through the dispatcher of the run, so
 * that both never act on the same effect.
 */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/did-you-mean.ts'
import { wallClock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { effectStates, type ManualEffectChange, type EffectState, type StoredEffect } from '../../log/effects.ts'
import { withOperatorLogAsync } from '../../operate/operator-log.ts'
import { withBody } from '../body/body.ts'
import { effectJson } from '../events/effect-journal.ts'
import { checkJsonFields, parseJsonValue } from '../body/json-body.ts'
import { mediaTypeOf } from '../http/content-type.ts'
import { lookupByName } from '../http/named-definition.ts'
import { singleParameters, wholeNumberParameter, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Effects in one answer by default. */
const LIMIT = 20

const PARAMETERS = ['action', 'state', 'limit'] as const

/** Adds the routes of effects. */
export function effectRoutes(app: FastifyInstance, { ir, folder, load, effects: dispatcher }: ServerContext): void {
  const { effects } = folder
  const actionNamed = lookupByName('action', ir.actions ?? [])
  app.get<{ Querystring: Query }>('/effects', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { action, state, limit } = singleParameters(query, PARAMETERS)
    if (action !== undefined) actionNamed(action)
    const filter = { action, state: state === undefined ? undefined : stateNamed(state) }
    const last = limit === undefined ? LIMIT : wholeNumberParameter('limit', limit, limits.EFFECTS_LISTED_MAX)
    const page = effects.newest({ ...filter, last })
    return { effects: page.effects.map(effectJson), counts: page.counts }
  })

  const existing = (text: string): StoredEffect => {
    const effect = /^[1-9]\d{0,14}$/.test(text) ? effects.byNumber(Number(text)) : undefined
    if (effect) return effect
    throw new ServeError('SPILL_NOT_FOUND', `there is no effect '${text}'; GET /effects lists the newest`)
  }
  /** Changes a dead effect, and returns its new state. */
  const changeEffect = async (effect: StoredEffect, change: ManualEffectChange, client: string | undefined): Promise<object> => {
    if (!dispatcher) throw new ServeError('SPILL_UNSUPPORTED', 'this server has no dispatcher of effects; use `spillway effects`')
    const operation = change.kind === 'again' ? 'effects retry' : 'effects drop'
    const entry = { at: wallClock(), who: client === undefined ? 'http' : `token:${client}`, what: operation, to: String(effect.number) }
    await withOperatorLogAsync(folder.path, entry, async setDetail => {
      if (change.kind === 'dropped') setDetail(change.why)
      await dispatcher.byHand(effect, change)
    })
    return effectJson(effects.byNumber(effect.number)!)
  }
  interface EffectRoute {
    Params: { number: string }
  }
  app.post<EffectRoute>('/effects/:number/retry', { config: { role: 'operate' } }, async ({ params, client }) => {
    const effect = existing(params.number)
    return changeEffect(effect, { kind: 'again', number: effect.number }, client)
  })
  app.post<EffectRoute>('/effects/:number/drop', { config: { role: 'operate' } }, async (request, _reply) => {
    const { params, raw, client } = request
    const { number } = existing(params.number)
    const why = whyIn(mediaTypeOf(raw) === 'json' ? await withBody(raw, load.shareOf('read', request), parseJsonValue) : undefined)
    return changeEffect(existing(params.number), { kind: 'dropped', number, at: wallClock(), why }, client)
  })
}

/** Throws 400 for an unknown state. */
function stateNamed(text: string): EffectState {
  const state = effectStates.find(name => name === text)
  if (state === undefined) throw new ServeError('SPILL_INPUT', `there is no state '${text}'${didYouMean(text, effectStates)}`)
  return state
}

/** The reason in a body. Throws 400 if it is missing or empty. */
function whyIn(body: unknown): string {
  const why: unknown = typeof body === 'object' && body !== null && 'why' in body ? body.why : undefined
  if (why !== undefined) checkJsonFields(body as object, ['why'])
  if (typeof why === 'string' && why.trim() !== '') return why.slice(0, limits.FAILURE_REASON_CHARS_MAX)
  throw new ServeError('SPILL_INPUT', 'the reason is missing: send { "why": "nobody listens" }')
}
