/**
 * What a body says that it is. A type must be stated, and be one that a browser asks the server about before it sends it from another site: so
 * that no page that someone looks at can post to a server on their own machine.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ServeError } from './serve-error.ts'

const ndjson = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/json-lines'])

const utf8 = new Set(['utf-8', 'utf8', 'us-ascii'])

/** The type, in lower case, empty where none is stated, and its parameters. */
export const contentType = ({ 'content-type': stated = '' }: IncomingHttpHeaders): string[] =>
  stated.split(';').map(part => part.trim().toLowerCase())

/** Throws 415 for any other. */
export function mediaOf(request: IncomingMessage): 'json' | 'ndjson' {
  const [type, ...parameters] = contentType(request.headers)
  const charset = parameters.map(parameter => /^charset="?([^"]*)"?$/.exec(parameter)?.[1]).find(one => one !== undefined)
  if (charset !== undefined && !utf8.has(charset))
    throw new ServeError('SPILL_INPUT', `a body in ${charset} is not taken; send UTF-8`, { status: 415 })
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (ndjson.has(type)) return 'ndjson'
  const what = type === '' ? 'a body without a content-type' : `a body of type ${type}`
  const fix = 'send JSON with -H content-type:application/json (or curl --json), or lines with application/x-ndjson'
  throw new ServeError('SPILL_INPUT', `${what} is not taken; ${fix}`, { status: 415 })
}
