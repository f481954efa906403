/** OpenAPI operations of the changes that operators make. */
import { limits } from '../../base/index.ts'
import { isSingleJobKind, jobKinds, singleJobKinds } from '../../operate/index.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { json, numberSchema, operation, pathParameter, type Paths } from './operation.ts'

const { described, list, object, ref, text, utcMs } = schemaTerms

const ids: OpenapiSchema = {
  ...described(list(numberSchema(1)), 'ids of dead letters'),
  minItems: 1,
  maxItems: limits.DEAD_LETTERS_CHANGED_MAX,
}
const why: OpenapiSchema = { type: 'string', minLength: 1, pattern: '[^\\s]', description: 'the reason; its first characters are kept' }

/** A request with these fields and no others. */
const request = (...fields: Parameters<typeof object>): OpenapiSchema => ({ ...object(...fields), additionalProperties: false })

const version = described(text, 'version of the record that the client has seen')

const base64Pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'

const edit: OpenapiSchema = {
  oneOf: [
    request({ version, set: { type: 'object', minProperties: 1, description: 'fields of the record with their new values' } }),
    request({
      version,
      rename: { type: 'object', minProperties: 1, additionalProperties: text, description: 'fields of the record with their new names' },
    }),
    request({ version, raw: described(text, 'the whole record') }),
    request({ version, rawBase64: { ...text, pattern: base64Pattern, description: 'the whole record, in base64' } }),
  ],
}

const attempt = {
  number: { ...numberSchema(1), description: 'of the attempt that the client has seen: another one that runs is a conflict' },
}

const cancellation: OpenapiSchema = {
  oneOf: [
    request(
      {
        kind: { enum: jobKinds.filter(kind => !isSingleJobKind(kind)) },
        name: described(text, 'the feature group, the report or the model'),
      },
      attempt,
    ),
    request({ kind: { enum: [...singleJobKinds] } }, attempt),
  ],
}

const errors = [404, 409, 503] as const
const changedEffect = json('the changed effect, durable', ref('Effect'))

/** The operations by path. */
export const controlPaths: Paths = {
  '/dead-letters/{id}': {
    patch: operation('editDeadLetter', 'Replaces the record of a dead letter, or fields of it; a conflict has the newer letter', {
      parameters: [pathParameter('id', 1)],
      body: edit,
      answer: json('the edited dead letter, durable', ref('DeadLetter')),
      errors,
    }),
  },
  '/dead-letters/replay': {
    post: operation('replayDeadLetters', 'Replays dead letters, as events that arrive now; each is settled in the commit of its event', {
      body: request(
        { ids },
        {
          source: described(text, 'the source of dead letters that name no source'),
          omitUnsendable: { type: 'boolean', description: 'leave out those that cannot be sent, in place of an error' },
          versions: {
            type: 'object',
            additionalProperties: text,
            description: 'versions that the client has seen, by id: a record that has changed since is a conflict, or left out',
          },
          fingerprint: described(text, 'of the pipeline that is meant: another one that runs is a conflict'),
        },
      ),
      answer: json('the outcomes, durable', ref('ReplayedDeadLetters')),
      errors,
    }),
  },
  '/dead-letters/drop': {
    post: operation('dropDeadLetters', 'Drops dead letters, all or none; they are kept with the reason', {
      body: request({ ids, why }),
      answer: json('the ids, and when they were dropped, durable', object({ dropped: list({ type: 'integer' }), settled: utcMs })),
      errors,
    }),
  },
  '/effects/{number}/retry': {
    post: operation('retryEffect', 'Retries a dead effect, under the same idempotency key', {
      parameters: [pathParameter('number', 1)],
      answer: changedEffect,
      errors,
    }),
  },
  '/effects/{number}/drop': {
    post: operation('dropEffect', 'Drops a dead effect', {
      parameters: [pathParameter('number', 1)],
      body: request({ why }),
      answer: changedEffect,
      errors,
    }),
  },
  '/jobs/cancel': {
    post: operation('cancelJob', 'Cancels a job that runs or was requested; its ledger records the attempt as failed', {
      body: cancellation,
      answer: json('the job, whose attempt has ended', object({ cancelled: cancellation })),
      errors,
    }),
  },
}
