/**
 * `GET /decisions` lists the newest decisions, and `GET /decisions/:entry/trace` the stage times of decisions on one entry.
 *
 * A thread beside the run searches decisions: a recorded batch may hold thousands, which are decoded together. A trace is read on the
 * main thread, and so are the newest decisions if they are few.
 */
import type { FastifyInstance } from 'fastify'
import { limits } from '../../base/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, listLimit } from './route.ts'

export function decisionRoutes(app: FastifyInstance, { ir, load, search, folder, run }: ServerContext): void {
  const modelNamed = lookupByName('model', ir.models)
  addReadRoute(app, '/decisions', ['model', 'key', 'limit'], ({ model, key, limit }, request) => {
    if (model !== undefined) modelNamed(model)
    const last = listLimit(limit, limits.DECISIONS_LISTED_MAX)
    const decisions = model === undefined && key === undefined ? folder.decisions.newestAtOnce(last) : undefined
    if (decisions) return { decisions }
    const query = { model, key, last, maxScanned: limits.DECISIONS_SCANNED_MAX }
    return load.shareOf('read', request).countSearch(() => search.newest(query))
  })
  addReadRoute(app, '/decisions/:entry/trace', ['model', 'key'], async ({ model, key }, { params }) => {
    if (model !== undefined) modelNamed(model)
    if (!/^\d{1,15}$/.test(params['entry']))
      throw new ServeError('SPILL_INPUT', `'${params['entry']}' is not a log entry: write its number`)
    const target = Number(params['entry'])
    const traces = await folder.decisions.traces({
      target,
      model,
      key,
      most: limits.DECISIONS_TRACED_MAX,
      gathered: run.stages?.gathered,
    })
    if (traces.length === 0)
      throw new ServeError('SPILL_NOT_FOUND', `entry ${target} has no such decision; GET /decisions lists the newest`)
    return { traces }
  })
}
