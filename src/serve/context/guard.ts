/** Who may: each request is looked at before anything of its body is read. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { clientKey } from '../access/client-key.ts'
import { checkHost } from '../access/host-names.ts'
import type { Authorize, ServeOptions } from './options.ts'
import { Rate } from '../access/rate-limit.ts'
import { allows, type Role } from '../access/roles.ts'
import { ServeError } from '../http/serve-error.ts'
import { checkSite } from '../access/csrf.ts'
import type { Tokens } from '../access/tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the token that it came with, or what `authorize` called it; absent where neither is asked. */
    client: string | undefined
    /** Would it be let in now? Of streams, whose answers do not end; absent where everyone may. */
    mayStill: (() => boolean) | undefined
    /** Has it the role of the route's `moreFor`? */
    maySeeMore: boolean
  }
}

type GuardOptions = Pick<ServeOptions, 'hosts' | 'tokens' | 'authorize' | 'rate'>

export function guard(app: FastifyInstance, { hosts, tokens, authorize, rate: limit }: GuardOptions): void {
  const names = hosts && new Set(hosts.map(name => name.toLowerCase()))
  const rate = limit && new Rate(limit)
  app.decorateRequest('client', undefined)
  app.decorateRequest('mayStill', undefined)
  app.decorateRequest('maySeeMore', false)
  if (authorize)
    app.addHook('onRequest', async request => {
      const { role, isStream = false, moreFor } = request.routeOptions.config
      if (moreFor !== undefined) request.maySeeMore = await isAuthorized(request, moreFor, authorize)
      if (role === undefined) return
      request.client = await authorized(request, role, authorize)
      if (isStream) request.mayStill = askedAgain(request, role, authorize)
    })
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      const { role, isSigned = false, isStream = false, moreFor } = request.routeOptions.config
      if (names && !isSigned) checkHost(request.headers.host, names)
      if (role !== undefined) checkSite(request.method, request.headers)
      if (role !== undefined && tokens?.areAsked) request.client = clientOf(request, tokens, role)
      if (role !== undefined && tokens && isStream) request.mayStill = () => !tokens.areAsked || isLetIn(request, tokens, role)
      if (moreFor !== undefined && !authorize) request.maySeeMore = !tokens?.areAsked || isLetIn(request, tokens, moreFor)
      const wait = rate && (role !== undefined || isSigned) ? rate.take(clientKey(request)) : 0
      if (wait > 0) throw tooOften(wait)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Throws 401 without a token that is known, 403 without the role. */
function clientOf({ headers }: FastifyRequest, tokens: Tokens, role: Role): string {
  const { authorization } = headers
  const token = tokens.find(authorization)
  if (!token) {
    const what = authorization === undefined ? 'a token is needed' : 'there is no such token'
    const fix = 'send -H "authorization: Bearer spw_…"; `spillway tokens add` makes one'
    throw new ServeError('SPILL_TOKEN', `${what}: ${fix}`, { headers: { 'www-authenticate': 'Bearer' } })
  }
  if (allows(token.roles, role)) return token.name
  throw new ServeError('SPILL_ROLE', `token '${token.name}' may ${token.roles.join(', ')}, and this needs '${role}'`)
}

function isLetIn({ headers }: FastifyRequest, tokens: Tokens, role: Role): boolean {
  const token = tokens.find(headers.authorization)
  return token !== undefined && allows(token.roles, role)
}

/** Throws 403. */
async function authorized(request: FastifyRequest, role: Role, authorize: Authorize): Promise<string | undefined> {
  const may = await authorize(request, role)
  if (may === true) return undefined
  if (typeof may === 'string' && may !== '') return may
  throw new ServeError('SPILL_ROLE', `you may not do this, which needs '${role}'`)
}

const isAuthorized = (request: FastifyRequest, role: Role, authorize: Authorize): Promise<boolean> =>
  authorized(request, role, authorize).then(
    () => true,
    () => false,
  )

/** Asks each time; what was answered counts from the next time on. */
function askedAgain(request: FastifyRequest, role: Role, authorize: Authorize): () => boolean {
  let may = true
  return () => {
    authorized(request, role, authorize).catch(() => (may = false))
    return may
  }
}

const tooOften = (wait: number): ServeError =>
  new ServeError('SPILL_OVERLOAD', 'this client comes too often', { retryAfter: Math.ceil(wait) })
