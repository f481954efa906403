/** What stands behind the `?` of an address. A parameter that a route does not have is refused: who asks for a past moment shall not be told of this one. */
import type { FastifyInstance } from 'fastify'
import { didYouMean } from '../../base/did-you-mean.ts'
import { ServeError } from './serve-error.ts'

export type Query = Readonly<Record<string, string | string[]>>

/** Answers 400 where a route that has a role is asked with a parameter that it does not have (`config.query`), or with one that cannot be read. */
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
  const other = Object.keys(query).find(name => !names.includes(name))
  if (other !== undefined) throw new ServeError('SPILL_INPUT', `there is no parameter ?${other}=${didYouMean(other, names)}`)
  // The parser takes as it stands what it cannot decode, which would be another key.
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

/** Each parameter once; `names` are those of the route. Throws 400. */
export function single<Name extends string>(query: Query, names: readonly Name[]): Readonly<Partial<Record<Name, string>>> {
  for (const name of names) {
    const value = query[name]
    if (Array.isArray(value)) throw new ServeError('SPILL_INPUT', `?${name}= is given ${value.length} times; give it once`)
  }
  return query as Readonly<Partial<Record<Name, string>>>
}

/** Throws 400. */
export function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (value >= 1 && value <= max) return value
  throw new ServeError('SPILL_INPUT', `?${name}=${text} must be a whole number from 1 to ${max}`)
}
