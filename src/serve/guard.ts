/** Who may: each request is looked at before anything of its body is read. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { checkHost } from './host-names.ts'
import type { ServeOptions } from './options.ts'
import { Rate } from './rate.ts'
import { allows, type Role } from './roles.ts'
import { ServeError } from './serve-error.ts'
import type { Tokens } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the token that it came with; absent where none is needed. */
    client: string | undefined
  }
}

export function guard(app: FastifyInstance, { hosts, tokens, rate: limit }: Pick<ServeOptions, 'hosts' | 'tokens' | 'rate'>): void {
  const names = hosts && new Set(hosts.map(name => name.toLowerCase()))
  const rate = limit && new Rate(limit)
  app.decorateRequest('client', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      const { role, isSigned = false } = request.routeOptions.config
      if (names && !isSigned) checkHost(request.headers.host, names)
      if (role !== undefined && tokens?.areAsked) request.client = clientOf(request, tokens, role)
      const wait = rate && (role !== undefined || isSigned) ? rate.take(request.client ?? request.ip) : 0
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

const tooOften = (wait: number): ServeError =>
  new ServeError('SPILL_OVERLOAD', 'this client comes too often', { retryAfter: Math.ceil(wait) })
