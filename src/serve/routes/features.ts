/** `GET /features/:group?key=K` and `POST /features`: what is known of keys now. */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/limits.ts'
import type { GroupIR } from '../../define/ir/ir.ts'
import { withBody } from '../body/body.ts'
import { featuresText } from './feature-json.ts'
import { checkFields } from '../http/json-fields.ts'
import { jsonValue } from '../body/json-body.ts'
import { mediaOf } from '../http/content-type.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { LiveAsk } from '../../run/groups/feature-reader.ts'
import type { Serving } from '../context/server-context.ts'

export function featureRoutes(app: FastifyInstance, { run, ir, load }: Serving): void {
  const groupNamed = finder('group', ir.groups)
  const answer = (asks: readonly LiveAsk[]): readonly string[] => {
    if (!run.features) throw new ServeError('SPILL_UNSUPPORTED', 'this run gives no features; ask `spillway features`')
    return run.features(asks, featuresText)
  }
  app.get<{ Params: { group: string }; Querystring: { key?: string | string[] } }>(
    '/features/:group',
    { config: { role: 'read', query: ['key'], isQuick: true } },
    async ({ params, query }, reply) => {
      const group = groupNamed(params.group)
      const [found] = answer([{ group: group.name, key: keyOf(group, query.key) }])
      reply.type('application/json')
      return found
    },
  )
  app.post('/features', { config: { role: 'read' } }, async (request, reply) => {
    const { raw } = request
    if (mediaOf(raw) !== 'json')
      throw new ServeError('SPILL_INPUT', 'asks are JSON: { "asks": [{ "group": …, "key": … }] }', { status: 415 })
    const body = await withBody(raw, load.shareOf('read', request), jsonValue)
    const asks = asksOf(body).map(({ group: name, key }) => {
      const group = groupNamed(name)
      return { group: name, key: keyOf(group, key) }
    })
    reply.type('application/json')
    return `{"answers":[${answer(asks).join(',')}]}`
  })
}

/** Throws 400. */
function asksOf(body: unknown): readonly { readonly group: string; readonly key: unknown }[] {
  const asks: unknown = typeof body === 'object' && body !== null && 'asks' in body ? body.asks : undefined
  const isAsk = (ask: unknown) => typeof ask === 'object' && ask !== null && typeof (ask as { group?: unknown }).group === 'string'
  if (!Array.isArray(asks) || !asks.every(isAsk))
    throw new ServeError('SPILL_INPUT', 'write { "asks": [{ "group": NAME, "key": KEY }, …] }; a key of several columns is an array')
  checkFields(body as object, ['asks'])
  for (const ask of asks) checkFields(ask as object, ['group', 'key'])
  if (asks.length > limits.FEATURE_ASKS_MAX)
    throw new ServeError('SPILL_LIMIT', `${asks.length} asks, and ${limits.FEATURE_ASKS_MAX} are the most in one call (FEATURE_ASKS_MAX)`, {
      status: 413,
    })
  return asks as { group: string; key: unknown }[]
}

/** A number beyond 2^53 may have been another one when it was written: that is sent as text. */
const isKeyPart = (part: unknown): boolean =>
  typeof part === 'string' || (typeof part === 'number' && Math.abs(part) <= Number.MAX_SAFE_INTEGER)

/** A text for each column of the group's key; numbers as they are written. Throws 400. */
function keyOf(group: GroupIR, given: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given]
  if (parts.length !== group.key.length || !parts.every(isKeyPart)) {
    const example = group.key.map(column => `key=${column.toUpperCase()}`).join('&')
    throw new ServeError(
      'SPILL_INPUT',
      `group '${group.name}' is keyed by ${group.key.join(', ')}: ask with ?${example}, or "key" in JSON; of several keys, with POST /features`,
    )
  }
  return parts.map(String)
}
