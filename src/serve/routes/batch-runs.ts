/**
 * `GET /runs` lists the ledger of batch runs. `POST /groups/:group/runs` starts one outside the schedule, and answers when its result is
 * in use.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/index.ts'
import { withOperatorLogAsync } from '../../operate/index.ts'
import { lookupByName } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import { singleParameters, type Query } from '../http/query.ts'

/** The number of newest runs that are listed. */
const SHOWN = 100

const PARAMETERS = ['group'] as const

export function batchRunRoutes(app: FastifyInstance, { run, ir, folder }: ServerContext): void {
  const groupNamed = lookupByName('group', ir.groups)
  app.get<{ Querystring: Query }>('/runs', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { group } = singleParameters(query, PARAMETERS)
    if (group !== undefined) groupNamed(group)
    return { runs: folder.batchRuns.list(group).slice(-SHOWN) }
  })
  app.post<{ Params: { group: string } }>('/groups/:group/runs', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = groupNamed(params.group)
    const { batch } = run
    if (!batch) throw new ServeError('SPILL_UNSUPPORTED', 'this run makes no batch runs')
    const who = client === undefined ? 'http' : `token:${client}`
    return withOperatorLogAsync(folder.path, { at: wallClock(), who, what: 'runs now', to: name }, async setDetail => {
      const record = await batch(name)
      setDetail(`run ${record.number}`)
      return record
    })
  })
}
