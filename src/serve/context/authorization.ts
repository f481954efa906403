/**
 * Authorization, host and CSRF checks, and the rate limit. They run for each request before its body is read.
 *
 * A token of the data folder, or the `authorize` function of the embedding server, says whether a client has the role of a route.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { clientKey } from '../access/budget.ts'
import { checkHost, checkCsrf } from '../access/request-origin.ts'
import type { Authorize, ServeOptions } from './server-context.ts'
import { RateLimiter } from '../access/rate-limit.ts'
import { hasSession } from '../access/session-cookie.ts'
import { allowsRole, type Role, roles } from '../access/token-file.ts'
import { addRequestCheck } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Tokens } from '../access/tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of its token, or the name that `authorize` returned; absent where neither is requiredRoles. */
    client: string | undefined
    /**
     * Has the client still the roles that its answer began with, the route's `detailRole` among them? For streams, whose answers do not end;
     * absent where everyone is authorized.
     */
    isStillAuthorized: (() => boolean) | undefined
    /** Has the client the route's `detailRole`? */
    hasDetailRole: boolean
  }
}

type GuardOptions = Pick<ServeOptions, 'hosts' | 'tokens' | 'authorize' | 'rate'>

/** Adds the checks to an app. An answer is 401 without a token, 403 without the role, 421 for an unknown host, 429 over the rate limit. */
export function addAuthorizationHooks(app: FastifyInstance, { hosts, tokens, authorize, rate: limit }: GuardOptions): void {
  const names = hosts && new Set(hosts.map(name => name.toLowerCase()))
  const rate = limit && new RateLimiter(limit)
  app.decorateRequest('client', undefined)
  app.decorateRequest('isStillAuthorized', undefined)
  app.decorateRequest('hasDetailRole', false)
  if (authorize)
    app.addHook('onRequest', async request => {
      const { role, isStream = false, detailRole } = request.routeOptions.config
      if (detailRole !== undefined) request.hasDetailRole = await isAuthorized(request, detailRole, authorize)
      if (role === undefined) return
      request.client = await authorizedClient(request, role, authorize)
      if (isStream) request.isStillAuthorized = reauthorizer(request, streamRoles(request, role), authorize)
    })
  addRequestCheck(app, request => {
    const { role, isSigned = false, isStream = false, detailRole } = request.routeOptions.config
    if (names && !isSigned) checkHost(request.headers.host, names)
    if (role !== undefined) checkCsrf(request.method, request.headers)
    if (role !== undefined && tokens?.areRequired) request.client = clientOf(request, tokens, role)
    if (detailRole !== undefined && !authorize) request.hasDetailRole = !tokens?.areRequired || hasRole(request, tokens, detailRole)
    if (role !== undefined && tokens && isStream) {
      const requiredRoles = streamRoles(request, role)
      request.isStillAuthorized = () => !tokens.areRequired || requiredRoles.every(each => hasRole(request, tokens, each))
    }
    const wait = rate && (role !== undefined || isSigned) ? rate.countRequest(clientKey(request)) : 0
    if (wait > 0) throw rateExceeded(wait)
  })
}

/** Throws 401 without a valid token, 403 without the role. */
function clientOf({ headers }: FastifyRequest, tokens: Tokens, role: Role): string {
  const token = tokens.ofRequest(headers)
  if (!token) {
    if (hasSession(headers))
      throw new ServeError(
        'SPILL_TOKEN',
        'the session has ended: its token was revoked, the server restarted, or it is 12 h old; sign in again',
      )
    const problem = headers.authorization === undefined ? 'a token is requiredRoles' : 'there is no such token'
    const fix = 'send -H "authorization: Bearer spw_…"; `spillway tokens add` makes one'
    throw new ServeError('SPILL_TOKEN', `${problem}: ${fix}`, { headers: { 'www-authenticate': 'Bearer' } })
  }
  if (allowsRole(token.roles, role)) return token.name
  throw new ServeError('SPILL_ROLE', `token '${token.name}' has ${token.roles.join(', ')}, and this needs '${role}'`)
}

/** The roles that a stream needs until its end. A client that loses the `detailRole` reconnects, and gets the answer without details. */
const streamRoles = ({ hasDetailRole, routeOptions: { config } }: FastifyRequest, role: Role): readonly Role[] =>
  hasDetailRole && config.detailRole !== undefined ? [role, config.detailRole] : [role]

function hasRole({ headers }: FastifyRequest, tokens: Tokens, role: Role): boolean {
  const token = tokens.ofRequest(headers)
  return token !== undefined && allowsRole(token.roles, role)
}

/** The client of a request and its roles, all of them where no authorization is requiredRoles. */
export async function clientRoles(
  request: FastifyRequest,
  { tokens, authorize }: Pick<GuardOptions, 'tokens' | 'authorize'>,
): Promise<{ readonly client?: string; readonly roles: readonly Role[] }> {
  if (authorize) {
    const allowed = await Promise.all(roles.map(role => isAuthorized(request, role, authorize)))
    return { roles: roles.filter((_role, i) => allowed[i]) }
  }
  if (!tokens?.areRequired) return { roles }
  const token = tokens.ofRequest(request.headers)
  return token ? { client: token.name, roles: roles.filter(role => allowsRole(token.roles, role)) } : { roles: [] }
}

/** The client's name, if `authorize` returned one. Throws 403. */
async function authorizedClient(request: FastifyRequest, role: Role, authorize: Authorize): Promise<string | undefined> {
  const answer = await authorize(request, role)
  if (answer === true) return undefined
  if (typeof answer === 'string' && answer !== '') return answer
  throw new ServeError('SPILL_ROLE', `not authorized: this needs '${role}'`)
}

const isAuthorized = (request: FastifyRequest, role: Role, authorize: Authorize): Promise<boolean> =>
  authorizedClient(request, role, authorize).then(
    () => true,
    () => false,
  )

/** Asks `authorize` again at each call. A call returns the answer of the one before: streams do not wait for the function. */
function reauthorizer(request: FastifyRequest, requiredRoles: readonly Role[], authorize: Authorize): () => boolean {
  let isAllowed = true
  return () => {
    for (const role of requiredRoles) authorizedClient(request, role, authorize).catch(() => (isAllowed = false))
    return isAllowed
  }
}

const rateExceeded = (wait: number): ServeError =>
  new ServeError('SPILL_OVERLOAD', 'this client exceeds its request rate', { retryAfter: Math.ceil(wait) })
