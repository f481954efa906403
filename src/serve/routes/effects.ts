/** `GET /effects` lists effects. */
import type { FastifyInstance } from 'fastify'
import { didYouMean, limits } from '../../base/index.ts'
import { effectStates, type EffectState } from '../../log/index.ts'
import { effectJson } from '../events/effect-journal.ts'
import { lookupByName } from '../http/named-definition.ts'
import { singleParameters, wholeNumberParameter, type Query } from '../http/query.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Effects in one answer by default. */
const LIMIT = 20

const PARAMETERS = ['action', 'state', 'limit'] as const

export function effectRoutes(app: FastifyInstance, { ir, folder: { effects } }: ServerContext): void {
  const actionNamed = lookupByName('action', ir.actions ?? [])
  app.get<{ Querystring: Query }>('/effects', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { action, state, limit } = singleParameters(query, PARAMETERS)
    if (action !== undefined) actionNamed(action)
    const filter = { action, state: state === undefined ? undefined : stateNamed(state) }
    const last = limit === undefined ? LIMIT : wholeNumberParameter('limit', limit, limits.EFFECTS_LISTED_MAX)
    const page = effects.newest({ ...filter, last })
    return { effects: page.effects.map(effectJson), counts: page.counts }
  })
}

/** Throws 400 for an unknown state. */
function stateNamed(text: string): EffectState {
  const state = effectStates.find(name => name === text)
  if (state === undefined) throw new ServeError('SPILL_INPUT', `there is no state '${text}'${didYouMean(text, effectStates)}`)
  return state
}
