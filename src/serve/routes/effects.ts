/**
 * `GET /effects` lists effects; `POST /effects/:number/retry` and `/drop` settle a dead one. A change is durable when it is answered.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { didYouMean, limits } from '../../base/index.ts'
import { effectStates, type EffectState } from '../../log/index.ts'
import { controlRequests } from '../../operate/index.ts'
import { jsonFields } from '../body/json-body.ts'
import type { ServerContext } from '../context/server-context.ts'
import { effectJson } from '../events/effect-journal.ts'
import { lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, jsonBody, listLimit, makeChange, maskFor, pathNumber, personalRole } from './route.ts'

interface EffectRoute {
  Params: { number: string }
}

export function effectRoutes(app: FastifyInstance, context: ServerContext): void {
  const { effects } = context.folder
  const actionNamed = lookupByName('action', context.ir.actions ?? [])
  const config = { role: 'operate', ...personalRole(context) } as const
  const list = ({ action, state, limit }: Readonly<Partial<Record<'action' | 'state' | 'limit', string>>>, request: FastifyRequest) => {
    if (action !== undefined) actionNamed(action)
    const filter = { action, state: state === undefined ? undefined : stateNamed(state) }
    const page = effects.newest({ ...filter, last: listLimit(limit, limits.EFFECTS_LISTED_MAX) })
    const mask = maskFor(context, request)
    return { effects: page.effects.map(effect => effectJson(effect, mask)), counts: page.counts }
  }
  addReadRoute(app, '/effects', ['action', 'state', 'limit'], list, personalRole(context))
  app.post<EffectRoute>('/effects/:number/retry', { config }, async (request, _reply) => {
    const number = pathNumber('effect', request.params.number)
    await makeChange(context, request, (control, by) => control.retryEffects({ numbers: [number] }, by))
    return effectJson(effects.byNumber(number)!, maskFor(context, request))
  })
  app.post<EffectRoute>('/effects/:number/drop', { config }, async (request, _reply) => {
    const number = pathNumber('effect', request.params.number)
    const fields = jsonFields(await jsonBody(context, request), ['why'])
    const drop = controlRequests.dropEffects({ ...fields, numbers: [number] })
    await makeChange(context, request, (control, by) => control.dropEffects(drop, by))
    return effectJson(effects.byNumber(number)!, maskFor(context, request))
  })
}

/** Throws 400 for an unknown state. */
function stateNamed(text: string): EffectState {
  const state = effectStates.find(name => name === text)
  if (state === undefined) throw new ServeError('SPILL_INPUT', `there is no state '${text}'${didYouMean(text, effectStates)}`)
  return state
}
