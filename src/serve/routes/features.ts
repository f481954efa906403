/**
 * `GET /features/:group?key=K` and `POST /features`: the feature values of keys now. `GET /features/as-of` reads the log for the values of a key at a
 * past time, in a thread.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limits } from '../../base/index.ts'
import type { GroupIR } from '../../define/ir/index.ts'
import { withBody } from '../body/body.ts'
import { jsonFields, parseJsonValue } from '../body/json-body.ts'
import { lookupByName, mediaTypeOf, timeParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import type { FeatureQuery, ServedFeatureRow } from '../../run/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { featureValue } from '../../decision/index.ts'
import type { PersonalMask } from '../../operate/index.ts'
import { addReadRoute, maskFor, personalRole } from './route.ts'

/** Features of a key, parsed again to be masked. */
type MaskedFeatures = Parameters<PersonalMask['features']>[0]

export function featureRoutes(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, load, past } = context
  const groupNamed = lookupByName('group', ir.groups)
  const answer = (queries: readonly FeatureQuery[], request: FastifyRequest): readonly string[] => {
    if (!run.features) throw new ServeError('SPILL_UNSUPPORTED', 'this run serves no features; use `spillway features`')
    const mask = maskFor(context, request)
    const rows = run.features(queries, featuresJson)
    return mask ? rows.map(row => JSON.stringify(mask.features(JSON.parse(row) as MaskedFeatures))) : rows
  }
  app.get<{ Params: { group: string }; Querystring: { key?: string | string[] } }>(
    '/features/:group',
    { config: { role: 'read', query: ['key'], isQuick: true, ...personalRole(context) } },
    async (request, reply) => {
      const { params, query } = request
      const group = groupNamed(params.group)
      const [features] = answer([{ group: group.name, key: keyOf(group, query.key) }], request)
      reply.type('application/json')
      return features
    },
  )
  const asOf = (
    { group, key, at }: Readonly<Partial<Record<'group' | 'key' | 'at', string>>>,
    request: FastifyRequest,
  ): Promise<string> => {
    if (group === undefined || key === undefined || at === undefined)
      throw new ServeError('SPILL_INPUT', 'write ?group=GROUP&key=KEY&at=TIME; a key of several columns is a,b')
    const query = { group: groupNamed(group).name, key, at: timeParameter('at', at) }
    return load.shareOf('read', request).countSearch(async () => {
      const features = (await past.featuresAsOf(ir, query)).slice(1, -1)
      const mask = maskFor(context, request)
      return `{"features":${mask ? JSON.stringify(mask.features(JSON.parse(features) as MaskedFeatures)) : features}}`
    })
  }
  addReadRoute(app, '/features/as-of', ['group', 'key', 'at'], asOf, personalRole(context))
  app.post('/features', { config: { role: 'read', ...personalRole(context) } }, async (request, reply) => {
    const { raw } = request
    if (mediaTypeOf(raw) !== 'json')
      throw new ServeError('SPILL_FORMAT', 'send JSON: { "queries": [{ "group": …, "key": … }] }', { status: 415 })
    const body = await withBody(raw, load.shareOf('read', request), parseJsonValue)
    const queries = queriesOf(body).map(({ group: name, key }) => {
      const group = groupNamed(name)
      return { group: name, key: keyOf(group, key) }
    })
    reply.type('application/json')
    return `{"answers":[${answer(queries, request).join(',')}]}`
  })
}

/** The requests in a body. Throws 400 for malformed ones, 413 for too many. */
function queriesOf(body: unknown): readonly { readonly group: string; readonly key: unknown }[] {
  const queries: unknown = typeof body === 'object' && body !== null && 'queries' in body ? body.queries : undefined
  const isQuery = (query: unknown) =>
    typeof query === 'object' && query !== null && typeof (query as { group?: unknown }).group === 'string'
  if (!Array.isArray(queries) || !queries.every(isQuery))
    throw new ServeError('SPILL_INPUT', 'write { "queries": [{ "group": NAME, "key": KEY }, …] }; a key of several columns is an array')
  jsonFields(body, ['queries'])
  for (const query of queries) jsonFields(query, ['group', 'key'])
  if (queries.length > limits.FEATURE_REQUEST_KEYS_MAX)
    throw new ServeError(
      'SPILL_LIMIT',
      `${queries.length} queries in one request, more than ${limits.FEATURE_REQUEST_KEYS_MAX} (FEATURE_REQUEST_KEYS_MAX)`,
      { status: 413 },
    )
  return queries as { group: string; key: unknown }[]
}

/** A key part is text, or a number that a double holds exactly: beyond 2^53 clients send text. */
const isKeyPart = (part: unknown): boolean =>
  typeof part === 'string' || (typeof part === 'number' && Math.abs(part) <= Number.MAX_SAFE_INTEGER)

/** The text of each key column of a group. Throws 400 for a wrong number of parts. */
function keyOf(group: GroupIR, key: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(key) ? key : key === undefined ? [] : [key]
  if (parts.length !== group.key.length || !parts.every(isKeyPart)) {
    const example = group.key.map(column => `key=${column.toUpperCase()}`).join('&')
    throw new ServeError(
      'SPILL_KEY',
      `the key of group '${group.name}' is ${group.key.join(', ')}: send ?${example}, or "key" in JSON; several keys with POST /features`,
    )
  }
  return parts.map(String)
}

/** JSON of a row: values by name, and rejected features apart, so that no client takes a rejection for a value. */
export function featuresJson({ of, group, columns, row, strings }: ServedFeatureRow): string {
  const { features } = group
  const { length } = features
  const labels = labelsOf(group)
  const numbers = new Array<number>(length)
  let others: string[] | undefined
  let rejected = ''
  for (let f = 0; f < length; f++) {
    const feature = featureValue(features[f], columns[f], strings, row)
    numbers[f] = 0
    if (!('value' in feature)) {
      rejected += labels[f] + JSON.stringify(feature.rejected)
      others ??= []
      others[f] = ''
    } else if (typeof feature.value === 'number') numbers[f] = feature.value
    else {
      others ??= []
      others[f] = labels[f] + JSON.stringify(feature.value)
    }
  }
  // One call for all numbers takes two thirds of the time of one call each.
  const encoded = JSON.stringify(numbers)
  let values = ''
  for (let f = 0, from = 1, to; f < length; f++, from = to + 1) {
    to = encoded.indexOf(f < length - 1 ? ',' : ']', from)
    values += others?.[f] ?? labels[f] + encoded.slice(from, to)
  }
  const head = JSON.stringify(of).slice(0, -1)
  return `${head},"features":{${values.slice(1)}}${rejected === '' ? '' : `,"rejected":{${rejected.slice(1)}}`}}`
}

/** The encoded name before each value, cached by feature group. */
const labels = new WeakMap<GroupIR, readonly string[]>()

function labelsOf(group: GroupIR): readonly string[] {
  let cached = labels.get(group)
  if (!cached) labels.set(group, (cached = group.features.map(({ name }) => `,${JSON.stringify(name)}:`)))
  return cached
}
