/** What operations are described with, whatever they do. */
import type { sharedSchemas } from './api-schemas.ts'
import type { Schema } from './json-schema.ts'

export const json = (schema: Schema): Schema => ({ 'application/json': { schema } })
export const ref = (name: keyof typeof sharedSchemas): Schema => ({ $ref: `#/components/schemas/${name}` })
export const failures = (...statuses: readonly (keyof typeof failureTexts)[]): Schema =>
  Object.fromEntries(statuses.map(status => [status, { description: failureTexts[status], content: json(ref('Error')) }]))

const failureTexts = {
  400: 'the request is wrong',
  401: 'a token is missing or wrong',
  403: 'the token has not the role',
  404: 'there is none of that name',
  413: 'too large',
  415: 'the body is of a type or a packing that is not taken',
  422: 'the event was refused',
  429: 'too much waits; see Retry-After',
  503: 'the run takes nothing now',
} as const

export const query = (name: string, schema: Schema, description: string): Schema => ({ name, in: 'query', schema, description })
