/** `GET /effects`: what follows from decisions, and `POST /effects/:number/retry` and `/drop`: what is to become of a dead one, beside the run that sends them. */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/did-you-mean.ts'
import { wallClock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { effectStates, type ChangeByHand, type EffectState, type StoredEffect } from '../../log/effects.ts'
import { auditedWork } from '../context/operator-log.ts'
import { withBody } from '../body/body.ts'
import { shownEffect } from '../events/effect-json.ts'
import { checkFields } from '../http/json-fields.ts'
import { jsonValue } from '../body/json-body.ts'
import { mediaOf } from '../http/content-type.ts'
import { finder } from '../http/named-definition.ts'
import { single, wholeNumber, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'

const LIMIT = 20

const ASKED = ['action', 'state', 'limit'] as const

export function effectRoutes(app: FastifyInstance, { ir, reader: { effects }, load, data, effects: changing }: Serving): void {
  const actionNamed = finder('action', ir.actions ?? [])
  app.get<{ Querystring: Query }>('/effects', { config: { role: 'read', query: ASKED } }, async ({ query }) => {
    const { action, state, limit } = single(query, ASKED)
    if (action !== undefined) actionNamed(action)
    const wanted = { action, state: state === undefined ? undefined : stateNamed(state) }
    const last = limit === undefined ? LIMIT : wholeNumber('limit', limit, limits.EFFECTS_LISTED_MAX)
    const counts = effects.counts().filter(one => one.action === (action ?? one.action) && one.state === (state ?? one.state))
    const found: StoredEffect[] = []
    for (const effect of effects.newestFirst(wanted, last)) if (found.push(effect) === last) break
    return { effects: found.reverse().map(shownEffect), counts }
  })

  const existing = (text: string): StoredEffect => {
    const effect = /^[1-9]\d{0,14}$/.test(text) ? effects.at(Number(text)) : undefined
    if (effect) return effect
    throw new ServeError('SPILL_NOT_FOUND', `there is no effect '${text}'; GET /effects lists the newest`)
  }
  /** Answers with the effect as it then stands. */
  const changed = async (effect: StoredEffect, change: ChangeByHand, client: string | undefined): Promise<object> => {
    if (!changing) throw new ServeError('SPILL_UNSUPPORTED', 'this server was made without what sends effects; use `spillway effects`')
    const what = change.kind === 'again' ? 'effects retry' : 'effects drop'
    const entry = { at: wallClock(), who: client === undefined ? 'http' : `token:${client}`, what, to: String(effect.number) }
    await auditedWork(data, entry, async say => {
      if (change.kind === 'dropped') say(change.why)
      await changing.byHand(effect, change)
    })
    return shownEffect(effects.at(effect.number)!)
  }
  interface Named {
    Params: { number: string }
  }
  app.post<Named>('/effects/:number/retry', { config: { role: 'operate' } }, async ({ params, client }) => {
    const effect = existing(params.number)
    return changed(effect, { kind: 'again', number: effect.number }, client)
  })
  app.post<Named>('/effects/:number/drop', { config: { role: 'operate' } }, async (request, _reply) => {
    const { params, raw, client } = request
    const { number } = existing(params.number)
    const why = whyIn(mediaOf(raw) === 'json' ? await withBody(raw, load.shareOf('read', request), jsonValue) : undefined)
    return changed(existing(params.number), { kind: 'dropped', number, at: wallClock(), why }, client)
  })
}

/** Throws 400. */
function stateNamed(text: string): EffectState {
  const state = effectStates.find(one => one === text)
  if (state === undefined) throw new ServeError('SPILL_INPUT', `there is no state '${text}'${didYouMean(text, effectStates)}`)
  return state
}

/** Throws 400. */
function whyIn(body: unknown): string {
  const why: unknown = typeof body === 'object' && body !== null && 'why' in body ? body.why : undefined
  if (why !== undefined) checkFields(body as object, ['why'])
  if (typeof why === 'string' && why.trim() !== '') return why.slice(0, limits.WHY_MAX)
  throw new ServeError('SPILL_INPUT', 'say why, which is kept with it: { "why": "nobody listens" }')
}
