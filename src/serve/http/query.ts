/**
 * Query parameters of requests. Unknown parameters are rejected: a client that asks for a past time must not get the present values.
 */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/index.ts'
import { ServeError } from './serve-error.ts'

/** Query parameters by name. */
export type Query = Readonly<Record<string, string | string[]>>

/** Answers 400 where a request to a route with a role has a parameter outside `config.query`, or one that cannot be decoded. */
export function checkQueries(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { role, query: names = [] } = request.routeOptions.config
    try {
      if (role !== undefined && names !== 'any') checkQuery(request as { url: string; query: Query }, names)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}

function checkQuery({ url, query }: { readonly url: string; readonly query: Query }, names: readonly string[]): void {
  const unknown = Object.keys(query).find(name => !names.includes(name))
  if (unknown !== undefined) throw new ServeError('SPILL_INPUT', `there is no parameter ?${unknown}=${didYouMean(unknown, names)}`)
  // Fastify's parser leaves text that it cannot decode as it is, which would be a different key.
  const parts = url.includes('%') ? url.slice(url.indexOf('?') + 1).split('&') : []
  const bad = parts.find(part => !isDecodable(part))
  if (bad !== undefined) throw new ServeError('SPILL_INPUT', `?${bad} cannot be decoded: it is UTF-8 with %XX, and a % is %25`)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** The parameters of a route, each given once. Throws 400 for a repeated one. */
export function singleParameters<Name extends string>(query: Query, names: readonly Name[]): Readonly<Partial<Record<Name, string>>> {
  for (const name of names) {
    const value = query[name]
    if (Array.isArray(value)) throw new ServeError('SPILL_INPUT', `?${name}= is given ${value.length} times; give it once`)
  }
  return query as Readonly<Partial<Record<Name, string>>>
}

/** Parses a parameter as a whole number from 1 to `max`. Throws 400. */
export function wholeNumberParameter(name: string, text: string, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (value >= 1 && value <= max) return value
  throw new ServeError('SPILL_INPUT', `?${name}=${text} must be a whole number from 1 to ${max}`)
}
