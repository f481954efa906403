/** OpenAPI operations of the changes that operators make. */
import { limits } from '../../base/index.ts'
import { jobKinds } from '../../operate/index.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { ENTRY_MAX, errorResponses, jsonContent, schemaRef } from './operation-parts.ts'

const { object, text, utcMs } = schemaTerms

const numbered = (name: string): OpenapiSchema => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'integer', minimum: 1, maximum: ENTRY_MAX },
})

const ids: OpenapiSchema = {
  type: 'array',
  description: 'ids of dead letters',
  items: { type: 'integer', minimum: 1, maximum: ENTRY_MAX },
  minItems: 1,
  maxItems: limits.DEAD_LETTERS_CHANGED_MAX,
}
const why: OpenapiSchema = { type: 'string', minLength: 1, pattern: '[^\\s]', description: 'the reason; its first characters are kept' }

/** A request with these fields and no others. */
const request = (properties: Readonly<Record<string, OpenapiSchema>>, required: readonly string[]): OpenapiSchema => ({
  ...object(properties, required),
  additionalProperties: false,
})

const version: OpenapiSchema = { ...text, description: 'version of the record that the client has seen' }

const base64Pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'

const edit: OpenapiSchema = {
  oneOf: [
    request({ version, set: { type: 'object', minProperties: 1, description: 'fields of the record with their new values' } }, [
      'version',
      'set',
    ]),
    request({ version, raw: { ...text, description: 'the whole record' } }, ['version', 'raw']),
    request({ version, rawBase64: { ...text, pattern: base64Pattern, description: 'the whole record, in base64' } }, [
      'version',
      'rawBase64',
    ]),
  ],
}

interface ChangeDescription {
  readonly method?: 'post' | 'patch'
  readonly operationId: string
  readonly summary: string
  /** Name of the number in the path. */
  readonly number?: string
  readonly body?: OpenapiSchema
  readonly answer: { readonly description: string; readonly schema: OpenapiSchema }
}

function changeOperation({ method = 'post', operationId, summary, number, body, answer }: ChangeDescription): OpenapiSchema {
  return {
    [method]: {
      operationId,
      summary,
      ...(number !== undefined && { parameters: [numbered(number)] }),
      ...(body && { requestBody: { required: true, content: jsonContent(body) } }),
      responses: {
        200: { description: answer.description, content: jsonContent(answer.schema) },
        ...errorResponses(400, 401, 403, 404, 409, ...(body ? ([413, 415] as const) : []), 503),
      },
    },
  }
}

const cancellation: OpenapiSchema = {
  oneOf: [
    request(
      {
        kind: { enum: jobKinds.filter(kind => kind !== 'reconciliation') },
        name: { ...text, description: 'the feature group, the report or the model' },
      },
      ['kind', 'name'],
    ),
    request({ kind: { const: 'reconciliation' } }, ['kind']),
  ],
}

const changedEffect = { description: 'the changed effect, durable', schema: schemaRef('Effect') }

/** The operations by path. */
export const controlPaths: Readonly<Record<string, OpenapiSchema>> = {
  '/dead-letters/{id}': changeOperation({
    method: 'patch',
    operationId: 'editDeadLetter',
    summary: 'Replaces the record of a dead letter, or fields of it; a conflict has the newer letter',
    number: 'id',
    body: edit,
    answer: { description: 'the edited dead letter, durable', schema: schemaRef('DeadLetter') },
  }),
  '/dead-letters/replay': changeOperation({
    operationId: 'resendDeadLetters',
    summary: 'Resends dead letters, as events that arrive now; each is settled in the commit of its event',
    body: request(
      {
        ids,
        source: { ...text, description: 'the source of dead letters that name no source' },
        omitUnsendable: { type: 'boolean', description: 'leave out those that cannot be sent, in place of an error' },
        fingerprint: { ...text, description: 'of the pipeline that is meant: another one that runs is a conflict' },
      },
      ['ids'],
    ),
    answer: { description: 'the outcomes, durable', schema: schemaRef('ResentDeadLetters') },
  }),
  '/dead-letters/drop': changeOperation({
    operationId: 'dropDeadLetters',
    summary: 'Drops dead letters, all or none; they are kept with the reason',
    body: request({ ids, why }, ['ids', 'why']),
    answer: {
      description: 'the ids, and when they were dropped, durable',
      schema: object({ dropped: { type: 'array', items: { type: 'integer' } }, settled: utcMs }, ['dropped', 'settled']),
    },
  }),
  '/effects/{number}/retry': changeOperation({
    operationId: 'retryEffect',
    summary: 'Retries a dead effect, under the same idempotency key',
    number: 'number',
    answer: changedEffect,
  }),
  '/effects/{number}/drop': changeOperation({
    operationId: 'dropEffect',
    summary: 'Drops a dead effect',
    number: 'number',
    body: request({ why }, ['why']),
    answer: changedEffect,
  }),
  '/jobs/cancel': changeOperation({
    operationId: 'cancelJob',
    summary: 'Cancels a job that runs or was requested; its ledger records the attempt as failed',
    body: cancellation,
    answer: { description: 'the job, whose attempt has ended', schema: object({ cancelled: cancellation }) },
  }),
}
