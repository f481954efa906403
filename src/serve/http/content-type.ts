/**
 * The content type of a body. A type must be stated, and must be one for which a browser sends a preflight before it sends it to
 * another site. So no page can post to a server on its reader's machine.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ServeError } from './serve-error.ts'

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
