/**
 * `/ui/session`: who uses the dashboard. `GET` answers with the roles of the client, so that the page hides what they do not allow; the
 * routes check them again. `POST` begins a session with a token, `DELETE` ends it.
 */
import type { FastifyInstance } from 'fastify'
import { checkCsrf } from '../access/request-origin.ts'
import { hasSession, sessionCookie } from '../access/session-cookie.ts'
import { withBody } from '../body/body.ts'
import { jsonFields, parseJsonValue } from '../body/json-body.ts'
import { clientRoles } from '../context/authorization.ts'
import type { ServerContext } from '../context/server-context.ts'
import { mediaTypeOf } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'

export function sessionRoutes(app: FastifyInstance, { ir, authorization, tokens, authorize, load, search }: ServerContext): void {
  app.get('/ui/session', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { client, roles } = await clientRoles(request, { ...(tokens && { tokens }), ...(authorize && { authorize }) })
    // A client with the role to read decisions may search them soon. The search itself reports an error.
    if (roles.includes('read')) search.open({ indexes: true }).catch(() => {})
    const isEnded = authorization() === 'token' && roles.length === 0 && hasSession(request.headers)
    return {
      authorization: authorization(),
      roles,
      ...(client !== undefined && { client }),
      ...(roles.length > 0 && { pipeline: ir.name }),
      ...(isEnded && { ended: 'its token was revoked, the server restarted, or it is 12 h old' }),
    }
  })

  app.post('/ui/session', async (request, reply) => {
    checkCsrf(request.method, request.headers)
    if (mediaTypeOf(request.raw) !== 'json') throw new ServeError('SPILL_FORMAT', 'the body is { "token": "spw_…" }', { status: 415 })
    const body = await withBody(request.raw, load.shareOf('read', request), parseJsonValue)
    const { token } = jsonFields(body, ['token'])
    if (typeof token !== 'string') throw new ServeError('SPILL_INPUT', 'the token is missing: send { "token": "spw_…" }')
    const own = tokens?.find(`Bearer ${token}`)
    if (!tokens || !own) throw new ServeError('SPILL_TOKEN', 'there is no such token; `spillway tokens add NAME --role ROLE` makes one')
    reply.header('set-cookie', sessionCookie(request, { value: tokens.sealSession(own), path: app.prefix }))
    return { client: own.name, roles: own.roles }
  })

  app.delete('/ui/session', async (request, reply) => {
    checkCsrf(request.method, request.headers)
    reply.header('set-cookie', sessionCookie(request, { path: app.prefix }))
    return { roles: [] }
  })
}
