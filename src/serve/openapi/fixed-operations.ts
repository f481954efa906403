/** OpenAPI operations of the routes that every server has, with the names of its pipeline as parameter values. */
import { limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { refusalReasons } from '../../intake/index.ts'
import { effectStates } from '../../log/index.ts'
import { decisionStream, effectStream } from './api-schemas.ts'
import { controlPaths } from './control-operations.ts'
import { featureRequestsSchema, type OpenapiSchema } from './json-schema.ts'
import { ENTRY_MAX, errorResponses, jsonContent, queryParameter, schemaRef } from './operation-parts.ts'

/** One of these names; any text if there are none. */
const oneOf = (named: readonly { readonly name: string }[]): OpenapiSchema =>
  named.length > 0 ? { enum: named.map(({ name }) => name) } : { type: 'string' }

interface StreamDescription {
  readonly operationId: string
  readonly subject: string
  readonly filter: 'model' | 'action'
  readonly named: readonly { readonly name: string }[]
  readonly answer: OpenapiSchema
}

function streamOperation({ operationId, subject, filter, named, answer }: StreamDescription): OpenapiSchema {
  return {
    get: {
      operationId,
      summary: `${subject}, as server-sent events; a client resumes after an id`,
      parameters: [
        queryParameter(filter, oneOf(named), `only those of this ${filter}`),
        queryParameter(
          'after',
          { type: 'string', pattern: '^(?:[0-9]{1,15}(?:\\.[0-9]{1,9})?)?$' },
          'resume after this id; Last-Event-ID does the same',
        ),
      ],
      responses: { 200: answer, ...errorResponses(400, 401, 403, 404, 503) },
    },
  }
}

const status: OpenapiSchema = { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] }
const ready: OpenapiSchema = {
  type: 'object',
  properties: { status: { type: 'string' }, pipeline: { type: 'string' }, sequence: { type: 'integer', minimum: 0 } },
  required: ['status'],
}

const letters: OpenapiSchema = {
  type: 'object',
  properties: {
    letters: { type: 'array', description: 'as spillway dlq list --json prints them', items: schemaRef('DeadLetter') },
    counts: { type: 'array', description: 'of all dead letters, by source and reason', items: { type: 'object' } },
  },
  required: ['letters', 'counts'],
}

type Paths = Readonly<Record<string, OpenapiSchema>>

/** The operations by path. */
export const fixedPaths = (ir: PipelineIR): Paths => ({
  ...decisionPaths(ir),
  ...ledgerPaths(ir),
  ...effectPaths(ir),
  ...controlPaths,
  ...statePaths,
})

const decisionPaths = (ir: PipelineIR): Paths => ({
  '/features': {
    post: {
      operationId: 'features',
      summary: 'Features of several keys and groups, all at one as-of time',
      requestBody: { required: true, content: jsonContent(featureRequestsSchema(ir)) },
      responses: {
        200: { description: 'in the order of the requests', content: jsonContent(schemaRef('Answers')) },
        ...errorResponses(400, 401, 403, 404, 413, 415, 503),
      },
    },
  },
  '/decisions': {
    get: {
      operationId: 'decisions',
      summary: 'The newest decisions, in ascending order',
      parameters: [
        queryParameter('model', oneOf(ir.models), 'only those of this model'),
        queryParameter('key', { type: 'string' }, 'only those about this key'),
        queryParameter('limit', { type: 'integer', minimum: 1, maximum: limits.DECISIONS_LISTED_MAX }, 'how many'),
      ],
      responses: {
        200: { description: 'the decisions', content: jsonContent(schemaRef('Decisions')) },
        ...errorResponses(400, 401, 403, 404),
      },
    },
  },
  '/decisions/{entry}/trace': {
    get: {
      operationId: 'trace',
      summary: 'Stage times of the decisions on one log entry',
      parameters: [
        { name: 'entry', in: 'path', required: true, schema: { type: 'integer', minimum: 0, maximum: ENTRY_MAX } },
        queryParameter('model', oneOf(ir.models), 'only the decision of this model'),
        queryParameter('key', { type: 'string' }, 'only the decision about this key'),
      ],
      responses: {
        200: { description: 'the decisions, at most a hundred', content: jsonContent(schemaRef('Traces')) },
        ...errorResponses(400, 401, 403, 404),
      },
    },
  },
})

const ledgerPaths = (ir: PipelineIR): Paths => ({
  '/runs': {
    get: {
      operationId: 'runs',
      summary: 'The newest batch runs: as-of time, log position, and outcome',
      parameters: [queryParameter('group', oneOf(ir.groups), 'only those of this group')],
      responses: { 200: { description: 'the runs', content: jsonContent(schemaRef('Runs')) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
  '/reconciliations': {
    get: {
      operationId: 'reconciliations',
      summary: 'The newest reconciliations: values that were compared, and mismatches by cause',
      responses: {
        200: { description: 'the reconciliations', content: jsonContent(schemaRef('Reconciliations')) },
        ...errorResponses(400, 401, 403),
      },
    },
  },
  '/reconciliations/{number}': {
    get: {
      operationId: 'reconciliation',
      summary: 'The result of one reconciliation by model input, with examples',
      parameters: [{ name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1, maximum: ENTRY_MAX } }],
      responses: {
        200: { description: 'the reconciliation with its report', content: jsonContent(schemaRef('Reconciliation')) },
        ...errorResponses(400, 401, 403, 404),
      },
    },
  },
  '/models': {
    get: {
      operationId: 'models',
      summary: 'Trained models: the champion, and the newest versions',
      parameters: [queryParameter('model', oneOf(ir.models.filter(({ train }) => train)), 'only this model')],
      responses: { 200: { description: 'the models', content: jsonContent(schemaRef('Models')) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
  '/reports': {
    get: {
      operationId: 'reports',
      summary: 'The newest reports: as-of time, log position, and outcome',
      parameters: [queryParameter('report', oneOf(ir.reports ?? []), 'only those of this name')],
      responses: { 200: { description: 'the reports', content: jsonContent(schemaRef('Reports')) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
})

const effectPaths = (ir: PipelineIR): Paths => ({
  '/events': streamOperation({
    operationId: 'events',
    subject: 'Decisions as they become durable',
    filter: 'model',
    named: ir.models,
    answer: decisionStream,
  }),
  '/dead-letters': {
    get: {
      operationId: 'deadLetters',
      summary: 'Dead letters, the oldest first, and their counts',
      parameters: [
        queryParameter('source', oneOf(ir.sources), 'only those of this source'),
        queryParameter('reason', { enum: refusalReasons }, 'only those refused for this reason'),
        queryParameter(
          'after',
          { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
          'continue after the dead letter of this id',
        ),
        queryParameter(
          'limit',
          { type: 'integer', minimum: 1, maximum: limits.DEAD_LETTERS_LISTED_MAX },
          'how many; fewer where they are large',
        ),
      ],
      responses: { 200: { description: 'the dead letters', content: jsonContent(letters) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
  '/effects': {
    get: {
      operationId: 'listEffects',
      summary: 'The newest effects in ascending order, and their counts',
      parameters: [
        queryParameter('action', oneOf(ir.actions ?? []), 'only those of this action'),
        queryParameter('state', { enum: effectStates }, 'only those in this state'),
        queryParameter('limit', { type: 'integer', minimum: 1, maximum: limits.EFFECTS_LISTED_MAX }, 'how many'),
      ],
      responses: { 200: { description: 'the effects', content: jsonContent(schemaRef('Effects')) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
  '/effects/stream': streamOperation({
    operationId: 'effects',
    subject: 'Changes of effects: each effect after a change',
    filter: 'action',
    named: ir.actions ?? [],
    answer: effectStream,
  }),
})

const statePaths: Paths = {
  '/objectives': {
    get: {
      operationId: 'objectives',
      summary: 'Freshness objectives, with the recent decisions that met them',
      responses: {
        200: { description: 'the objectives', content: jsonContent(schemaRef('Objectives')) },
        ...errorResponses(400, 401, 403),
      },
    },
  },
  '/lineage': {
    get: {
      operationId: 'lineage',
      summary: 'What each feature, model, action and report depends on',
      parameters: [
        queryParameter(
          'of',
          { type: 'string' },
          'only what this one depends on and what depends on it; its name alone, or with its kind: column payments.amount',
        ),
      ],
      responses: { 200: { description: 'the graph', content: jsonContent(schemaRef('Lineage')) }, ...errorResponses(400, 401, 403, 404) },
    },
  },
  '/healthz': {
    get: {
      operationId: 'healthz',
      summary: 'Liveness of the process',
      security: [],
      responses: { 200: { description: 'the process lives', content: jsonContent(status) }, ...errorResponses(421) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      summary: 'Readiness of the run; with the role read, also the pipeline and the sequence number of the next log entry',
      security: [],
      responses: { 200: { description: 'the run accepts events', content: jsonContent(ready) }, ...errorResponses(421, 503) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Prometheus metrics',
      responses: {
        200: { description: 'Prometheus text format', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...errorResponses(401, 403),
      },
    },
  },
}
