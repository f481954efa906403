/**
 * Server-sent events: `GET /events` streams decisions as they become durable, `GET /effects/stream` changes of effects. A client resumes
 * after `Last-Event-ID`, or `?after=ID`, and first gets the recorded events since. `/events?vector=false` leaves the inputs of decisions out, and
 * what they read: for lists.
 */
import type { FastifyInstance } from 'fastify'
import type { Role } from '../access/token-file.ts'
import { parseEventId, type EventPosition } from '../events/journal.ts'
import { lookupByName, singleParameters, type Query } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import type { EventStreams } from '../events/event-streams.ts'
import { personalRole } from './route.ts'

/** Adds both streams. */
export function eventRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, streams } = context
  const { detailRole } = personalRole(context)
  eventStreamRoute(app, '/events', { streams, of: 'decisions', kind: 'model', named: ir.models, detailRole })
  eventStreamRoute(app, '/effects/stream', { streams, of: 'effects', kind: 'action', named: ir.actions ?? [], detailRole })
}

interface NamedStreamRoute {
  readonly streams: EventStreams | undefined
  readonly of: 'decisions' | 'effects' | 'samples' | 'alerts'
  /** The filter of the stream, and its query parameter. */
  readonly kind: 'model' | 'action' | 'name' | 'severity'
  readonly named: readonly { readonly name: string }[]
  readonly detailRole?: Role | undefined
}

/** Adds a route that streams events of one kind, of one name if the client gives it. */
export function eventStreamRoute(app: FastifyInstance, path: string, { kind, named, ...route }: NamedStreamRoute): void {
  const find = lookupByName(kind, named)
  addStreamRoute(app, path, { ...route, parameters: [kind], filterOf: ({ [kind]: name }) => (name === undefined ? name : find(name).name) })
}

interface StreamRoute {
  readonly streams: EventStreams | undefined
  readonly of: 'decisions' | 'effects' | 'samples' | 'alerts' | 'sourceEvents'
  /** Query parameters beside `after`. */
  readonly parameters: readonly string[]
  /** The name whose events the client wants; all if absent. Throws 404. */
  readonly filterOf: (parameters: Readonly<Partial<Record<string, string>>>, path: Readonly<Record<string, string>>) => string | undefined
  /** Readers without this role get the stream without personal data. */
  readonly detailRole?: Role | undefined
}

/** Adds a route that streams events. */
export function addStreamRoute(
  app: FastifyInstance,
  path: string,
  { streams, of, parameters: own, filterOf, detailRole }: StreamRoute,
): void {
  const parameters = [...own, 'after', ...(of === 'decisions' ? ['vector'] : [])]
  app.get<{ Querystring: Query; Params: Readonly<Record<string, string>> }>(
    path,
    { exposeHeadRoute: false, config: { role: 'read', isStream: true, query: parameters, detailRole } },
    async (request, reply) => {
      if (!streams) throw new ServeError('SPILL_UNSUPPORTED', `this server has no stream of ${of}: it was made without a feed`)
      const query = singleParameters(request.query, parameters)
      const filter = filterOf(query, request.params)
      const { after, vector = 'true' } = query
      if (vector !== 'true' && vector !== 'false') throw new ServeError('SPILL_INPUT', `?vector=${vector} is true or false`)
      const last = request.headers['last-event-id']
      // `after=0` asks for all events. `Last-Event-ID: 0` is a reader that reconnects before the first event.
      const position = last === undefined && after === '0' ? 'oldest' : positionIn(last ?? after)
      streams.admit(request, reply.raw)
      reply.hijack()
      const values = request.hasDetailRole ? streams.values : streams.masked
      const stream = of === 'samples' || of === 'alerts' ? streams[of] : values[vector === 'false' ? 'decisionResults' : of]
      stream.add(reply.raw, { position, filter, isStillAuthorized: request.isStillAuthorized })
    },
  )
}

/** The position of an id. Throws 400 for a malformed one. */
function positionIn(id: string | readonly string[] | undefined): EventPosition | undefined {
  if (id === undefined || id === '') return undefined
  const position = parseEventId(String(id))
  if (!position) throw new ServeError('SPILL_INPUT', `'${String(id)}' is no event id; an id is like 12.0`)
  return position
}
