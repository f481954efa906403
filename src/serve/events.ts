/** `GET /events`: decisions as they become durable, as server-sent events; behind `Last-Event-ID`, or `?after=ID`, all that are recorded first. */
import type { FastifyInstance } from 'fastify'
import { single } from './decisions.ts'
import { placeOf } from './event-place.ts'
import { finder } from './named.ts'
import { ServeError } from './serve-error.ts'
import type { Serving } from './serving.ts'

export function eventRoutes(app: FastifyInstance, { ir, stream }: Serving): void {
  const modelNamed = finder('model', ir.models)
  app.get<{ Querystring: Readonly<Record<string, string | string[]>> }>(
    '/events',
    { config: { role: 'read', isStream: true } },
    async (request, reply) => {
      if (!stream) throw new ServeError('SPILL_UNSUPPORTED', 'this server was made without a feed, so that it has no stream of decisions')
      const { model, after } = single(request.query)
      if (model !== undefined) modelNamed(model)
      const id = request.headers['last-event-id'] ?? after
      const place = id === undefined || id === '' ? undefined : placeOf(String(id))
      if (id !== undefined && id !== '' && !place)
        throw new ServeError('SPILL_INPUT', `'${String(id)}' is no id of an event; ids are as 12.0`)
      stream.checkRoom()
      reply.hijack()
      stream.add(reply.raw, place, model)
    },
  )
}
