/**
 * The events of a source as the log has them. `GET /sources/:source/events` lists the newest, and `GET /sources/:source/events/stream` follows
 * them, sampled above a rate.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limits } from '../../base/index.ts'
import { recentEvents } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName } from '../http/request.ts'
import { addStreamRoute } from './events.ts'
import { addReadRoute, listLimit, maskFor, personalRole } from './route.ts'

export function sourceEventRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, folder, load, streams } = context
  const sourceNamed = lookupByName('source', ir.sources)
  const list = (
    { limit }: Readonly<Partial<Record<'limit', string>>>,
    request: FastifyRequest<{ Params: Readonly<Record<string, string>> }>,
  ): Promise<object> => {
    const { name } = sourceNamed(request.params['source'])
    const last = listLimit(limit, limits.EVENTS_LISTED_MAX)
    const mask = maskFor(context, request)
    return load.shareOf('read', request).countSearch(async () => {
      const { events, ...rest } = recentEvents(folder.log, { source: name, last })
      return { events: mask ? events.map(event => ({ ...event, fields: mask.event(name, event.fields) })) : events, ...rest }
    })
  }
  addReadRoute(app, '/sources/:source/events', ['limit'], list, personalRole(context))
  addStreamRoute(app, '/sources/:source/events/stream', {
    streams,
    of: 'sourceEvents',
    parameters: [],
    filterOf: (_parameters, { source }) => sourceNamed(source).name,
    ...personalRole(context),
  })
}
