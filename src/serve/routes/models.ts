/**
 * `GET /models` lists the versions of models. `POST /models/:model/train` trains a version outside the schedule, and
 * `POST /models/:model/promote` makes a version the champion. Both answer when the result is in the log.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/index.ts'
import { rollbackVersion } from '../../training/registry/index.ts'
import { withOperatorLogAsync } from '../../operate/index.ts'
import { withBody } from '../body/body.ts'
import { checkJsonFields, parseJsonValue } from '../body/json-body.ts'
import { mediaTypeOf } from '../http/content-type.ts'
import { lookupByName } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import { singleParameters, type Query } from '../http/query.ts'

/** The number of newest versions that are listed of each model. */
const SHOWN = 20

const PARAMETERS = ['model'] as const

export function modelRoutes(app: FastifyInstance, { run, ir, folder, load }: ServerContext): void {
  const trained = ir.models.filter(({ train }) => train)
  const modelNamed = lookupByName('model that is trained', trained)
  const logged = <T>(client: string | undefined, what: string, to: string, act: (setDetail: (detail: string) => void) => Promise<T>) =>
    withOperatorLogAsync(folder.path, { at: wallClock(), who: client === undefined ? 'http' : `token:${client}`, what, to }, act)

  app.get<{ Querystring: Query }>('/models', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { model } = singleParameters(query, PARAMETERS)
    const listed = model === undefined ? trained : [modelNamed(model)]
    return {
      models: listed.map(definition => {
        const { model: name, champion, drift, versions } = folder.models.byModel(ir, definition)
        return { model: name, scores: champion, ...(drift && { drift }), versions: versions.slice(-SHOWN) }
      }),
    }
  })

  app.post<{ Params: { model: string } }>('/models/:model/train', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = modelNamed(params.model)
    const { train } = run
    if (!train) throw new ServeError('SPILL_UNSUPPORTED', 'this run trains no models')
    return logged(client, 'models train', name, async setDetail => {
      const version = await train(name)
      setDetail(`version ${version.number}: ${version.state}`)
      return version
    })
  })

  app.post<{ Params: { model: string } }>('/models/:model/promote', { config: { role: 'operate' } }, async (request, _reply) => {
    const { params, raw, client } = request
    const { name } = modelNamed(params.model)
    const { promote } = run
    if (!promote) throw new ServeError('SPILL_UNSUPPORTED', 'this run promotes no models')
    const requested =
      mediaTypeOf(raw) === 'json' ? versionIn(await withBody(raw, load.shareOf('read', request), parseJsonValue)) : undefined
    if (requested === undefined)
      throw new ServeError(
        'SPILL_INPUT',
        'the version is missing: send { "version": 3 }, 0 for the score of the definition, or { "version": "previous" }',
      )
    return logged(client, 'models promote', name, async setDetail => {
      const version = requested === 'previous' ? rollbackVersion(folder.log, name) : requested
      setDetail(`version ${version}`)
      await promote(name, version, requested === 'previous' ? 'rolled back' : 'by hand')
      return { model: name, scores: version }
    })
  })
}

/** The version in a body; `undefined` without a valid one. Throws 400 for an unknown field. */
function versionIn(body: unknown): number | 'previous' | undefined {
  const version: unknown = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined
  if (version !== undefined) checkJsonFields(body as object, ['version'])
  return version === 'previous' || (Number.isSafeInteger(version) && (version as number) >= 0)
    ? (version as number | 'previous')
    : undefined
}
