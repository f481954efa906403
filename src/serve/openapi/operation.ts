/** An OpenAPI operation, composed of its parameters, body, answer and errors. */
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'

/** Operations by path and method. */
export type Paths = Readonly<Record<string, OpenapiSchema>>

type Status = keyof typeof failureTexts

interface OperationParts {
  readonly parameters?: readonly OpenapiSchema[]
  /** The schema of a body of JSON, or the content of any body. */
  readonly body?: OpenapiSchema
  readonly bodyContent?: OpenapiSchema
  readonly answer: OpenapiSchema
  /** Further errors. An operation with a role has 400, 401, 403, 421 and 429, and one with a body 408, 413, 415 and 429. */
  readonly errors?: readonly Status[]
  /** It needs no role. */
  readonly isPublic?: boolean
}

/** An operation of a client with a role, or a public one. */
export function operation(operationId: string, summary: string, parts: OperationParts): OpenapiSchema {
  const { parameters, body, bodyContent = body && jsonContent(body), answer, errors = [], isPublic = false } = parts
  const statuses: readonly Status[] = [
    ...(isPublic ? [] : ([400, 401, 403, 421, 429] as const)),
    ...(bodyContent ? ([408, 413, 415, 429] as const) : []),
    ...errors,
  ]
  return {
    operationId,
    summary,
    ...(isPublic && { security: [] }),
    ...(parameters && { parameters }),
    ...(bodyContent && { requestBody: { required: true, content: bodyContent } }),
    responses: {
      200: answer,
      ...Object.fromEntries(statuses.map(status => [status, json(failureTexts[status], schemaTerms.ref('Error'))])),
    },
  }
}

const failureTexts = {
  400: 'the request is malformed',
  401: 'a token is missing or wrong',
  403: 'the token lacks the role',
  404: 'nothing has this name',
  408: 'the body came too slowly',
  409: 'the present state does not allow the change, or another change came first',
  413: 'the body is too large',
  415: 'the content type or encoding is not supported',
  421: 'the Host header is not a name of this server',
  422: 'the event was rejected, or a value is out of range',
  429: 'the server is overloaded, or the client exceeds its rate; see Retry-After',
  503: 'the run accepts no requests now',
} as const

const jsonContent = (schema: OpenapiSchema): OpenapiSchema => ({ 'application/json': { schema } })

/** An answer of JSON. */
export const json = (description: string, schema: OpenapiSchema): OpenapiSchema => ({ description, content: jsonContent(schema) })

/** A query parameter. */
export const queryParameter = (name: string, schema: OpenapiSchema, description: string): OpenapiSchema => ({
  name,
  in: 'query',
  schema,
  description,
})

/** Numbers of entries, effects and dead letters have at most 15 digits. */
export const numberSchema = (minimum: number): OpenapiSchema => ({ type: 'integer', minimum, maximum: 10 ** 15 - 1 })

/** A number in the path. */
export const pathParameter = (name: string, minimum: number): OpenapiSchema => ({
  name,
  in: 'path',
  required: true,
  schema: numberSchema(minimum),
})

/** A GET for clients with a role. With parameters it may name something that does not exist (404). */
export const readOperation = (
  operationId: string,
  summary: string,
  answer: OpenapiSchema,
  parameters?: readonly OpenapiSchema[],
): OpenapiSchema => ({
  get: operation(operationId, summary, { ...(parameters && { parameters, errors: [404] }), answer }),
})

/** A stream of events, and the shared schema of their data. */
export const streamOperation = (
  operationId: string,
  subject: string,
  [event, data]: readonly [string, string],
  filter?: OpenapiSchema,
  ...more: readonly OpenapiSchema[]
): OpenapiSchema => ({
  get: operation(operationId, `${subject}, as server-sent events; a client resumes after an id`, {
    parameters: [
      ...(filter ? [filter] : []),
      queryParameter(
        'after',
        { type: 'string', pattern: '^(?:[0-9]{1,15}(?:\\.[0-9]{1,9})?)?$' },
        'resume after this id; Last-Event-ID does the same',
      ),
      ...more,
    ],
    answer: {
      description: `events '${event}', the data as ${data}; 'gap' where some were deleted`,
      content: { 'text/event-stream': { schema: schemaTerms.text } },
    },
    errors: [404, 503],
  }),
})
