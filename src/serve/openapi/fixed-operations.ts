/**
 * OpenAPI operations of the routes whose path does not depend on the pipeline, by subject. Parameters that name a part of the pipeline, such
 * as `?model=`, list the names that it has.
 */
import { limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
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
  ...featurePaths(ir),
  ...decisionPaths(ir),
  ...effectPaths(ir),
  ...deadLetterPaths(ir),
  ...jobPaths(ir),
  ...modelPaths(ir),
  ...controlPaths,
  ...pipelinePaths,
  ...healthPaths,
})

interface ReadDescription {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly OpenapiSchema[]
  readonly answer: { readonly description: string; readonly schema: OpenapiSchema }
}

/** A GET for clients with the role `read`. With parameters it may name something that does not exist (404). */
const readOperation = ({ operationId, summary, parameters, answer: { description, schema } }: ReadDescription): OpenapiSchema => ({
  get: {
    operationId,
    summary,
    ...(parameters && { parameters }),
    responses: {
      200: { description, content: jsonContent(schema) },
      ...errorResponses(400, 401, 403, ...(parameters ? ([404] as const) : [])),
    },
  },
})

/** A number in the path. */
const pathNumber = (name: string, minimum: number): OpenapiSchema => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'integer', minimum, maximum: ENTRY_MAX },
})

const featurePaths = (ir: PipelineIR): Paths => ({
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
})

const decisionPaths = (ir: PipelineIR): Paths => ({
  '/decisions': readOperation({
    operationId: 'decisions',
    summary: 'The newest decisions, in ascending order',
    parameters: [
      queryParameter('model', oneOf(ir.models), 'only those of this model'),
      queryParameter('key', { type: 'string' }, 'only those about this key'),
      queryParameter('limit', { type: 'integer', minimum: 1, maximum: limits.DECISIONS_LISTED_MAX }, 'how many'),
    ],
    answer: { description: 'the decisions', schema: schemaRef('Decisions') },
  }),
  '/decisions/{entry}/trace': readOperation({
    operationId: 'trace',
    summary: 'Stage times of the decisions on one log entry',
    parameters: [
      pathNumber('entry', 0),
      queryParameter('model', oneOf(ir.models), 'only the decision of this model'),
      queryParameter('key', { type: 'string' }, 'only the decision about this key'),
    ],
    answer: { description: 'the decisions, at most a hundred', schema: schemaRef('Traces') },
  }),
  '/events': streamOperation({
    operationId: 'events',
    subject: 'Decisions as they become durable',
    filter: 'model',
    named: ir.models,
    answer: decisionStream,
  }),
})

const effectPaths = (ir: PipelineIR): Paths => ({
  '/effects': readOperation({
    operationId: 'listEffects',
    summary: 'The newest effects in ascending order, and their counts',
    parameters: [
      queryParameter('action', oneOf(ir.actions ?? []), 'only those of this action'),
      queryParameter('state', { enum: effectStates }, 'only those in this state'),
      queryParameter('limit', { type: 'integer', minimum: 1, maximum: limits.EFFECTS_LISTED_MAX }, 'how many'),
    ],
    answer: { description: 'the effects', schema: schemaRef('Effects') },
  }),
  '/effects/stream': streamOperation({
    operationId: 'effects',
    subject: 'Changes of effects: each effect after a change',
    filter: 'action',
    named: ir.actions ?? [],
    answer: effectStream,
  }),
})

const deadLetterPaths = (ir: PipelineIR): Paths => ({
  '/dead-letters': readOperation({
    operationId: 'deadLetters',
    summary: 'Dead letters, the oldest first, and their counts',
    parameters: [
      queryParameter('source', oneOf(ir.sources), 'only those of this source'),
      queryParameter('reason', { enum: rejectionReasons }, 'only those rejected for this reason'),
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
    answer: { description: 'the dead letters', schema: letters },
  }),
})

/** The ledgers of batch runs, reports and reconciliations. */
const jobPaths = (ir: PipelineIR): Paths => ({
  '/runs': readOperation({
    operationId: 'runs',
    summary: 'The newest batch runs: as-of time, log position, and outcome',
    parameters: [queryParameter('group', oneOf(ir.groups), 'only those of this group')],
    answer: { description: 'the runs', schema: schemaRef('Runs') },
  }),
  '/reports': readOperation({
    operationId: 'reports',
    summary: 'The newest reports: as-of time, log position, and outcome',
    parameters: [queryParameter('report', oneOf(ir.reports ?? []), 'only those of this name')],
    answer: { description: 'the reports', schema: schemaRef('Reports') },
  }),
  '/reconciliations': readOperation({
    operationId: 'reconciliations',
    summary: 'The newest reconciliations: values that were compared, and mismatches by cause',
    answer: { description: 'the reconciliations', schema: schemaRef('Reconciliations') },
  }),
  '/reconciliations/{number}': readOperation({
    operationId: 'reconciliation',
    summary: 'The result of one reconciliation by model input, with examples',
    parameters: [pathNumber('number', 1)],
    answer: { description: 'the reconciliation with its report', schema: schemaRef('Reconciliation') },
  }),
})

const modelPaths = (ir: PipelineIR): Paths => ({
  '/models': readOperation({
    operationId: 'models',
    summary: 'Trained models: the champion, and the newest versions',
    parameters: [queryParameter('model', oneOf(ir.models.filter(({ train }) => train)), 'only this model')],
    answer: { description: 'the models', schema: schemaRef('Models') },
  }),
})

/** The pipeline as a whole: its objectives and its lineage. */
const pipelinePaths: Paths = {
  '/objectives': readOperation({
    operationId: 'objectives',
    summary: 'Freshness objectives, with the recent decisions that met them',
    answer: { description: 'the objectives', schema: schemaRef('Objectives') },
  }),
  '/lineage': readOperation({
    operationId: 'lineage',
    summary: 'What each feature, model, action and report depends on',
    parameters: [
      queryParameter(
        'of',
        { type: 'string' },
        'only what this one depends on and what depends on it; its name alone, or with its kind: column payments.amount',
      ),
    ],
    answer: { description: 'the graph', schema: schemaRef('Lineage') },
  }),
}

/** The process and its run, for monitoring. */
const healthPaths: Paths = {
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
