/**
 * `GET /models`, the versions of models and which of them score; `POST /models/:model/train`, which makes one beside the schedule, and `POST /models/:model/promote`, which
 * lets one score. Both are answered when that is in the log.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/clock.ts'
import { rollbackVersion } from '../../training/registry/champion.ts'
import { driftStateOf } from '../../training/registry/drift-state.ts'
import { modelVersions } from '../../training/registry/model-versions.ts'
import { auditedWork } from '../context/operator-log.ts'
import { withBody } from '../body/body.ts'
import { checkFields } from '../http/json-fields.ts'
import { jsonValue } from '../body/json-body.ts'
import { mediaOf } from '../http/content-type.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import { single, type Query } from '../http/query.ts'

/** The newest so many of each model. */
const SHOWN = 20

const ASKED = ['model'] as const

export function modelRoutes(app: FastifyInstance, { run, ir, reader, data, load }: Serving): void {
  const trained = ir.models.filter(({ train }) => train)
  const modelNamed = finder('model that is trained', trained)
  const work = <T>(client: string | undefined, what: string, to: string, act: (say: (detail: string) => void) => Promise<T>) =>
    auditedWork(data, { at: wallClock(), who: client === undefined ? 'http' : `token:${client}`, what, to }, act)

  app.get<{ Querystring: Query }>('/models', { config: { role: 'read', query: ASKED } }, async ({ query }) => {
    const { model } = single(query, ASKED)
    const asked = model === undefined ? trained : [modelNamed(model)]
    return {
      models: asked.map(one => {
        const { name } = one
        const drift = driftStateOf(reader, name)
        const { champion, versions } = modelVersions(reader, ir, one)
        return { model: name, scores: champion, ...(drift && { drift }), versions: versions.slice(-SHOWN) }
      }),
    }
  })

  app.post<{ Params: { model: string } }>('/models/:model/train', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = modelNamed(params.model)
    const { train } = run
    if (!train) throw new ServeError('SPILL_UNSUPPORTED', 'this run trains no models')
    return work(client, 'models train', name, async say => {
      const version = await train(name)
      say(`version ${version.number}: ${version.state}`)
      return version
    })
  })

  app.post<{ Params: { model: string } }>('/models/:model/promote', { config: { role: 'operate' } }, async (request, _reply) => {
    const { params, raw, client } = request
    const { name } = modelNamed(params.model)
    const { promote } = run
    if (!promote) throw new ServeError('SPILL_UNSUPPORTED', 'this run promotes no models')
    const given = mediaOf(raw) === 'json' ? versionIn(await withBody(raw, load.shareOf('read', request), jsonValue)) : undefined
    if (given === undefined)
      throw new ServeError('SPILL_INPUT', 'say which: { "version": 3 }, 0 for the score of the definition, or { "version": "previous" }')
    return work(client, 'models promote', name, async say => {
      const version = given === 'previous' ? rollbackVersion(reader, name) : given
      say(`version ${version}`)
      await promote(name, version, given === 'previous' ? 'rolled back' : 'by hand')
      return { model: name, scores: version }
    })
  })
}

/** Throws 400 for a further field. */
function versionIn(body: unknown): number | 'previous' | undefined {
  const version: unknown = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined
  if (version !== undefined) checkFields(body as object, ['version'])
  return version === 'previous' || (Number.isSafeInteger(version) && (version as number) >= 0)
    ? (version as number | 'previous')
    : undefined
}
