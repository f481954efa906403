/**
 * `GET /models` lists the versions of models. `POST /models/:model/train` trains a version outside the schedule, and
 * `POST /models/:model/promote` makes a version the champion. Both answer when the result is in the log.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { controlRequests } from '../../operate/index.ts'
import { jsonFields } from '../body/json-body.ts'
import { lookupByName } from '../http/request.ts'
import type { ServerContext } from '../context/server-context.ts'
import { addReadRoute, jsonBody, makeChange, maskFor, personalRole, requirePart, startJob } from './route.ts'

/** The number of newest versions that are listed of each model. */
const SHOWN = 20

export function modelRoutes(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, folder } = context
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
    const { name } = modelNamed(request.params.model)
    const fields = jsonFields(await jsonBody(context, request), ['version'])
    const promotion = controlRequests.promoteModel({ ...fields, model: name })
    const { version } = await makeChange(context, request, (control, by) => control.promoteModel(promotion, by))
    return { model: name, scores: version }
  })
}
