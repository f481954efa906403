/**
 * `GET /models` lists the versions of models. `POST /models/:model/train` trains a version outside the schedule, and
 * `POST /models/:model/promote` makes a version the champion. Both answer when the result is in the log.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { rollbackVersion } from '../../training/registry/index.ts'
import { withBody } from '../body/body.ts'
import { jsonFields, parseJsonValue } from '../body/json-body.ts'
import { mediaTypeOf, lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import { addReadRoute, maskFor, personalRole, requirePart, startJob } from './route.ts'

/** The number of newest versions that are listed of each model. */
const SHOWN = 20

export function modelRoutes(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, folder, load } = context
  const trained = ir.models.filter(({ train }) => train)
  const modelNamed = lookupByName('model that is trained', trained)
  const list = ({ model }: { readonly model?: string }, request: FastifyRequest): unknown => {
    const mask = maskFor(context, request)
    const listed = model === undefined ? trained : [modelNamed(model)]
    return {
      models: listed.map(definition => {
        const { model: name, champion, drift, rollback, versions } = folder.models.byModel(ir, definition)
        const optional = {
          ...(drift && { drift: mask ? mask.driftCheck(name, drift) : drift }),
          ...(rollback !== undefined && { rollback }),
        }
        return { model: name, scores: champion, ...optional, versions: versions.slice(-SHOWN) }
      }),
    }
  }
  addReadRoute(app, '/models', ['model'], list, personalRole(context))

  app.post<{ Params: { model: string } }>('/models/:model/train', { config: { role: 'operate' } }, async (request, _reply) => {
    const { name } = modelNamed(request.params.model)
    const train = requirePart(run.train, 'this run trains no models')
    return startJob(folder, request, ['models train', name], async setDetail => {
      const version = await train(name)
      setDetail(`version ${version.number}: ${version.state}`)
      return version
    })
  })

  app.post<{ Params: { model: string } }>('/models/:model/promote', { config: { role: 'operate' } }, async (request, _reply) => {
    const { params, raw } = request
    const { name } = modelNamed(params.model)
    const promote = requirePart(run.promote, 'this run promotes no models')
    const requested =
      mediaTypeOf(raw) === 'json' ? versionIn(await withBody(raw, load.shareOf('read', request), parseJsonValue)) : undefined
    if (requested === undefined)
      throw new ServeError(
        'SPILL_INPUT',
        'the version is missing: send { "version": 3 }, 0 for the score of the definition, or { "version": "previous" }',
      )
    return startJob(folder, request, ['models promote', name], async setDetail => {
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
  if (version !== undefined) jsonFields(body, ['version'])
  return version === 'previous' || (Number.isSafeInteger(version) && (version as number) >= 0)
    ? (version as number | 'previous')
    : undefined
}
