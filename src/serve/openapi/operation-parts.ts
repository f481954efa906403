/** Parts that OpenAPI operations are composed of: content, references, parameters and error answers. */
import type { sharedSchemas } from './api-schemas.ts'
import type { OpenapiSchema } from './json-schema.ts'

/** Numbers of entries, effects and dead letters have at most 15 digits. */
export const ENTRY_MAX = 10 ** 15 - 1

/** A body of JSON. */
export const jsonContent = (schema: OpenapiSchema): OpenapiSchema => ({ 'application/json': { schema } })
/** A reference to a shared schema. */
export const schemaRef = (name: keyof typeof sharedSchemas): OpenapiSchema => ({ $ref: `#/components/schemas/${name}` })

/**
 * Error answers by status. Routes with a role (403) may also answer 421 for an unknown host and 429 over the rate limit; routes with a
 * body (413) also 408 for a slow one.
 */
export function errorResponses(...statuses: readonly (keyof typeof failureTexts)[]): OpenapiSchema {
  const all = new Set([
    ...statuses,
    ...(statuses.includes(403) ? ([421, 429] as const) : []),
    ...(statuses.includes(413) ? ([408, 429] as const) : []),
  ])
  return Object.fromEntries(
    [...all].map(status => [status, { description: failureTexts[status], content: jsonContent(schemaRef('Error')) }]),
  )
}

const failureTexts = {
  400: 'the request is malformed',
  401: 'a token is missing or wrong',
  403: 'the token lacks the role',
  404: 'nothing has this name',
  408: 'the body came too slowly',
  409: 'the present state does not allow the change',
  413: 'the body is too large',
  415: 'the content type or encoding is not supported',
  421: 'the Host header is not a name of this server',
  422: 'the event was rejected',
  429: 'the server is overloaded, or the client exceeds its rate; see Retry-After',
  503: 'the run accepts no requests now',
} as const

/** A query parameter. */
export const queryParameter = (name: string, schema: OpenapiSchema, description: string): OpenapiSchema => ({
  name,
  in: 'query',
  schema,
  description,
})
