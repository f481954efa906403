/**
 * Parts of a request: query parameters, names of definitions, and the content type of its body.
 *
 * Unknown parameters are rejected: a client that asks for a past time must not get the present values. A content type must be stated, and
 * must be one for which a browser sends a preflight before it sends it to another site. So no page can post to a server on its reader's
 * machine.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { didYouMean, limits, timestampMs } from '../../base/index.ts'
import { ServeError } from './serve-error.ts'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Query parameters by name. */
export type Query = Readonly<Record<string, string | string[]>>

/** Runs a check before the body of a request is read; its error is the answer. */
export function addRequestCheck(app: FastifyInstance, check: (request: FastifyRequest) => void): void {
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      check(request)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Answers 400 where a request to a route with a role has a parameter outside `config.query`, or one that cannot be decoded. */
export const checkQueries = (app: FastifyInstance): void =>
  addRequestCheck(app, request => {
    const { role, query: names = [] } = request.routeOptions.config
    if (role !== undefined && names !== 'any') checkQuery(request as { url: string; query: Query }, names)
  })

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

/** A lookup by name, in constant time. The lookup throws 404 for an unknown name, with the nearest known one. */
export function lookupByName<T extends { readonly name: string }>(kind: string, all: readonly T[]): (name: string) => T {
  const byName = new Map(all.map(definition => [definition.name, definition]))
  return name => {
    const definition = byName.get(name)
    if (definition) return definition
    throw new ServeError('SPILL_NOT_FOUND', `there is no ${kind} '${name}'${didYouMean(name, [...byName.keys()])}`)
  }
}

const ndjson = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/json-lines'])

const utf8 = new Set(['utf-8', 'utf8', 'us-ascii'])

/** The type and its parameters, in lower case; the type is empty if none is stated. */
export const contentType = ({ 'content-type': stated = '' }: IncomingHttpHeaders): string[] =>
  stated.split(';').map(part => part.trim().toLowerCase())

/** The media type of a body. Throws 415 for any other type, and for text that is not UTF-8. */
export function mediaTypeOf(request: IncomingMessage): 'json' | 'ndjson' {
  const [type, ...parameters] = contentType(request.headers)
  const charset = parameters.map(parameter => /^charset="?([^"]*)"?$/.exec(parameter)?.[1]).find(name => name !== undefined)
  if (charset !== undefined && !utf8.has(charset))
    throw new ServeError('SPILL_FORMAT', `charset ${charset} is not supported; send UTF-8`, { status: 415 })
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (ndjson.has(type)) return 'ndjson'
  const problem = type === '' ? 'a body without a content-type' : `a body of type ${type}`
  const fix = 'send JSON with -H content-type:application/json (or curl --json), or lines with application/x-ndjson'
  throw new ServeError('SPILL_FORMAT', `${problem} is not supported; ${fix}`, { status: 415 })
}

/** Parses ISO 8601 with its offset, or UTC milliseconds. `alternative`: what else the parameter takes. Throws 400. */
export function timeParameter(name: string, text: string, alternative = ''): number {
  const ms = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (ms !== undefined && Math.abs(ms) <= limits.TIME_MS_MAX) return ms
  throw new ServeError(
    'SPILL_INPUT',
    `?${name}=${text} is not a time; write ISO 8601 with its offset, such as 2026-01-01T00:00Z, or UTC milliseconds${alternative}`,
  )
}
