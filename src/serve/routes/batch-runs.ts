/** `GET /runs`, the ledger of batch runs, and `POST /groups/:group/runs`, which makes one beside the schedule and answers when it is in use. */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/clock.ts'
import { runsIn } from '../../batch/ledger.ts'
import { auditedWork } from '../context/operator-log.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import { single, type Query } from '../http/query.ts'

/** The newest so many. */
const SHOWN = 100

const ASKED = ['group'] as const

export function runRoutes(app: FastifyInstance, { run, ir, reader, data }: Serving): void {
  const groupNamed = finder('group', ir.groups)
  app.get<{ Querystring: Query }>('/runs', { config: { role: 'read', query: ASKED } }, async ({ query }) => {
    const { group } = single(query, ASKED)
    if (group !== undefined) groupNamed(group)
    return {
      runs: runsIn(reader)
        .filter(one => group === undefined || one.group === group)
        .slice(-SHOWN),
    }
  })
  app.post<{ Params: { group: string } }>('/groups/:group/runs', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = groupNamed(params.group)
    const { batch } = run
    if (!batch) throw new ServeError('SPILL_UNSUPPORTED', 'this run makes no batch runs')
    const who = client === undefined ? 'http' : `token:${client}`
    return auditedWork(data, { at: wallClock(), who, what: 'runs now', to: name }, async say => {
      const made = await batch(name)
      say(`run ${made.number}`)
      return made
    })
  })
}
