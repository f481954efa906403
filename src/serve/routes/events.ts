/**
 * `GET /events`: decisions as they become durable, and `GET /effects/stream`: what becomes of effects, as server-sent events; behind `Last-Event-ID`, or
 * `?after=ID`, what is recorded first.
 */
import type { FastifyInstance } from 'fastify'
import { placeOf, type EventPlace } from '../events/event-id.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import type { Streams } from '../events/streams.ts'
import { single, type Query } from '../http/query.ts'

export function eventRoutes(app: FastifyInstance, { ir, streams }: Serving): void {
  stream(app, '/events', { streams, of: 'decisions', kind: 'model', named: ir.models })
  stream(app, '/effects/stream', { streams, of: 'effects', kind: 'action', named: ir.actions ?? [] })
}

interface Streamed {
  readonly streams: Streams | undefined
  readonly of: 'decisions' | 'effects'
  /** What a reader may want alone. */
  readonly kind: 'model' | 'action'
  readonly named: readonly { readonly name: string }[]
}

function stream(app: FastifyInstance, path: string, { streams, of, kind, named }: Streamed): void {
  const find = finder(kind, named)
  const asked = [kind, 'after'] as const
  app.get<{ Querystring: Query }>(
    path,
    { exposeHeadRoute: false, config: { role: 'read', isStream: true, query: asked } },
    async (request, reply) => {
      if (!streams) throw new ServeError('SPILL_UNSUPPORTED', `this server was made without a feed, so that it has no stream of ${of}`)
      const { [kind]: name, after } = single(request.query, asked)
      if (name !== undefined) find(name)
      const last = request.headers['last-event-id']
      // Whoever comes back with it has been in front of the first; who asks for it wants all that there is.
      const place = last === undefined && after === '0' ? 'oldest' : placeIn(last ?? after)
      streams.admit(request, reply.raw)
      reply.hijack()
      streams[of].add(reply.raw, { place, of: name, mayStill: request.mayStill })
    },
  )
}

/** Throws 400 for what is no id. */
function placeIn(id: string | readonly string[] | undefined): EventPlace | undefined {
  if (id === undefined || id === '') return undefined
  const place = placeOf(String(id))
  if (!place) throw new ServeError('SPILL_INPUT', `'${String(id)}' is no id of an event; ids are as 12.0`)
  return place
}
