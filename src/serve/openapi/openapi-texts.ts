/** What operations are described with, whatever they do. */
import type { sharedSchemas } from './api-schemas.ts'
import type { Schema } from './json-schema.ts'

export const json = (schema: Schema): Schema => ({ 'application/json': { schema } })
export const ref = (name: keyof typeof sharedSchemas): Schema => ({ $ref: `#/components/schemas/${name}` })
/** Where a role is needed, the server may be called by another name, or a client come too often (`--rate`), besides; where there is a body, it may come too slowly. */
export function failures(...statuses: readonly (keyof typeof failureTexts)[]): Schema {
  const all = new Set([
    ...statuses,
    ...(statuses.includes(403) ? ([421, 429] as const) : []),
    ...(statuses.includes(413) ? ([408, 429] as const) : []),
  ])
  return Object.fromEntries([...all].map(status => [status, { description: failureTexts[status], content: json(ref('Error')) }]))
}

const failureTexts = {
  400: 'the request is wrong',
  401: 'a token is missing or wrong',
  403: 'the token has not the role',
  404: 'there is none of that name',
  408: 'the body came too slowly',
  409: 'the state of what it would change does not allow it',
  413: 'too large',
  415: 'the body is of a type or a packing that is not taken',
  421: 'the server was called by a name that is not its own',
  422: 'the event was refused',
  429: 'too much waits, or this client comes too often; see Retry-After',
  503: 'the run takes nothing now',
} as const

export const query = (name: string, schema: Schema, description: string): Schema => ({ name, in: 'query', schema, description })
