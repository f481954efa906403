/** What every server answers, whatever its pipeline is, as paths of OpenAPI. */
import { limits } from '../../base/limits.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { refusalReasons } from '../../intake/refusal.ts'
import { effectStates } from '../../log/effects.ts'
import { decisionStream, effectStream } from './api-schemas.ts'
import { asksSchema } from './openapi-requests.ts'
import type { Schema } from './json-schema.ts'
import { failures, json, query, ref } from './openapi-texts.ts'

/** Numbers of entries and effects have fifteen digits at most. */
const ENTRY_MAX = 10 ** 15 - 1

/** One of these names; of none there is nothing to choose. */
const oneOf = (named: readonly { readonly name: string }[]): Schema =>
  named.length > 0 ? { enum: named.map(({ name }) => name) } : { type: 'string' }

interface Streamed {
  readonly operationId: string
  readonly what: string
  readonly of: 'model' | 'action'
  readonly named: readonly { readonly name: string }[]
  readonly answer: Schema
}

function streamOperation({ operationId, what, of, named, answer }: Streamed): Schema {
  return {
    get: {
      operationId,
      summary: `${what}, as server-sent events; an id is a place to go on from`,
      parameters: [
        query(of, oneOf(named), `only those of this ${of}`),
        query(
          'after',
          { type: 'string', pattern: '^(?:[0-9]{1,15}(?:\\.[0-9]{1,9})?)?$' },
          'go on behind this id; Last-Event-ID does the same',
        ),
      ],
      responses: { 200: answer, ...failures(400, 401, 403, 404, 503) },
    },
  }
}

const status: Schema = { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] }
const ready: Schema = {
  type: 'object',
  properties: { status: { type: 'string' }, pipeline: { type: 'string' }, position: { type: 'integer', minimum: 0 } },
  required: ['status'],
}

const effectOperation = (what: string, summary: string, body?: Schema): Schema => ({
  post: {
    operationId: `${what}Effect`,
    summary,
    parameters: [{ name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1, maximum: ENTRY_MAX } }],
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: 'the effect as it stands, durable', content: json(ref('Effect')) },
      ...failures(400, 401, 403, 404, 409, ...(body ? ([413, 415] as const) : []), 503),
    },
  },
})

const letters: Schema = {
  type: 'object',
  properties: {
    letters: { type: 'array', description: 'as spillway dlq list --json prints them', items: { type: 'object' } },
    counts: { type: 'array', description: 'of all, by source and reason', items: { type: 'object' } },
  },
  required: ['letters', 'counts'],
}

type Paths = Readonly<Record<string, Schema>>

/** By path. */
export const fixedPaths = (ir: PipelineIR): Paths => ({ ...decisionPaths(ir), ...ledgerPaths(ir), ...effectPaths(ir), ...statePaths })

const decisionPaths = (ir: PipelineIR): Paths => ({
  '/features': {
    post: {
      operationId: 'features',
      summary: 'Features of several keys and groups, all as of one moment',
      requestBody: { required: true, content: json(asksSchema(ir)) },
      responses: {
        200: { description: 'in the order of the asks', content: json(ref('Answers')) },
        ...failures(400, 401, 403, 404, 413, 415, 503),
      },
    },
  },
  '/decisions': {
    get: {
      operationId: 'decisions',
      summary: 'The newest decisions, the oldest of them first',
      parameters: [
        query('model', oneOf(ir.models), 'only those of this model'),
        query('key', { type: 'string' }, 'only those about this key'),
        query('limit', { type: 'integer', minimum: 1, maximum: limits.DECISIONS_LISTED_MAX }, 'how many'),
      ],
      responses: { 200: { description: 'the decisions', content: json(ref('Decisions')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/decisions/{entry}/trace': {
    get: {
      operationId: 'trace',
      summary: 'When everything happened to the decisions that an entry of the log made',
      parameters: [
        { name: 'entry', in: 'path', required: true, schema: { type: 'integer', minimum: 0, maximum: ENTRY_MAX } },
        query('model', oneOf(ir.models), 'only that of this model'),
        query('key', { type: 'string' }, 'only that about this key'),
      ],
      responses: {
        200: { description: 'the decisions, at most a hundred', content: json(ref('Traces')) },
        ...failures(400, 401, 403, 404),
      },
    },
  },
})

const ledgerPaths = (ir: PipelineIR): Paths => ({
  '/runs': {
    get: {
      operationId: 'runs',
      summary: 'The newest batch runs: of which time, on which cut, and what came of each',
      parameters: [query('group', oneOf(ir.groups), 'only those of this group')],
      responses: { 200: { description: 'the runs', content: json(ref('Runs')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/reconciliations': {
    get: {
      operationId: 'reconciliations',
      summary: 'The newest reconciliations of the run: how many values were compared, and why some are another',
      responses: { 200: { description: 'the reconciliations', content: json(ref('Reconciliations')) }, ...failures(400, 401, 403) },
    },
  },
  '/reconciliations/{number}': {
    get: {
      operationId: 'reconciliation',
      summary: 'What one reconciliation found, input by input, with examples',
      parameters: [{ name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1, maximum: ENTRY_MAX } }],
      responses: { 200: { description: 'with its report', content: json(ref('Reconciliation')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/models': {
    get: {
      operationId: 'models',
      summary: 'Models that are trained: which version scores, and the newest versions',
      parameters: [query('model', oneOf(ir.models.filter(({ train }) => train)), 'only this one')],
      responses: { 200: { description: 'the models', content: json(ref('Models')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/reports': {
    get: {
      operationId: 'reports',
      summary: 'The newest reports: of which time, on which cut, and what came of each',
      parameters: [query('report', oneOf(ir.reports ?? []), 'only those of this name')],
      responses: { 200: { description: 'the reports', content: json(ref('Reports')) }, ...failures(400, 401, 403, 404) },
    },
  },
})

const effectPaths = (ir: PipelineIR): Paths => ({
  '/events': streamOperation({
    operationId: 'events',
    what: 'Decisions as they become durable',
    of: 'model',
    named: ir.models,
    answer: decisionStream,
  }),
  '/dead-letters': {
    get: {
      operationId: 'deadLetters',
      summary: 'Records that were refused, whole, the oldest first, and how many there are',
      parameters: [
        query('source', oneOf(ir.sources), 'only those of this source'),
        query('reason', { enum: refusalReasons }, 'only those refused for this reason'),
        query('after', { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, 'go on behind the letter of this id'),
        query('limit', { type: 'integer', minimum: 1, maximum: limits.LETTERS_LISTED_MAX }, 'how many; fewer where they are large'),
      ],
      responses: { 200: { description: 'the letters', content: json(letters) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/effects': {
    get: {
      operationId: 'listEffects',
      summary: 'The newest effects as they stand, the oldest of them first, and how many there are',
      parameters: [
        query('action', oneOf(ir.actions ?? []), 'only those of this action'),
        query('state', { enum: effectStates }, 'only those in this state'),
        query('limit', { type: 'integer', minimum: 1, maximum: limits.EFFECTS_LISTED_MAX }, 'how many'),
      ],
      responses: { 200: { description: 'the effects', content: json(ref('Effects')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/effects/{number}/retry': effectOperation('retry', 'Tries a dead effect again, under its key'),
  '/effects/{number}/drop': effectOperation('drop', 'Gives a dead effect up', {
    type: 'object',
    properties: { why: { type: 'string', minLength: 1, pattern: '[^\\s]', description: 'kept with it, its first characters' } },
    required: ['why'],
    additionalProperties: false,
  }),
  '/effects/stream': streamOperation({
    operationId: 'effects',
    what: 'What becomes of effects: each as it stands whenever that has changed',
    of: 'action',
    named: ir.actions ?? [],
    answer: effectStream,
  }),
})

const statePaths: Paths = {
  '/healthz': {
    get: {
      operationId: 'healthz',
      summary: 'The process lives',
      security: [],
      responses: { 200: { description: 'it does', content: json(status) }, ...failures(421) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      summary: 'The run takes events; with the role read, of which pipeline, and where its log stands',
      security: [],
      responses: { 200: { description: 'it does', content: json(ready) }, ...failures(421, 503) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Figures for Prometheus',
      responses: {
        200: { description: 'in its text format', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...failures(401, 403),
      },
    },
  },
}
