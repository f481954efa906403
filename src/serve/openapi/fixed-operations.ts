/**
 * OpenAPI operations of the routes whose path does not depend on the pipeline, by subject. Parameters that name a part of the pipeline, such
 * as `?model=`, list the names that it has.
 */
import { limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { effectStates } from '../../log/index.ts'
import { lineageDirections } from '../../operate/index.ts'
import { controlPaths } from './control-operations.ts'
import { dashboardPaths } from './dashboard-operations.ts'
import { featureRequestsSchema, schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { monitorPaths } from './monitor-operations.ts'
import { schemaPaths } from './schema-operations.ts'
import { json, operation, pathParameter, type Paths, queryParameter, readOperation, streamOperation } from './operation.ts'

const { count, described, list, number, object, ref, text, utcMs } = schemaTerms

type Named = readonly { readonly name: string }[]

/** A parameter with the name of a part of the pipeline; any text if it has no such part. */
const nameParameter = (kind: string, named: Named, description = `only those of this ${kind}`): OpenapiSchema =>
  queryParameter(kind, named.length > 0 ? { enum: named.map(({ name }) => name) } : text, description)

const limitParameter = (maximum: number, description = 'how many'): OpenapiSchema =>
  queryParameter('limit', { type: 'integer', minimum: 1, maximum }, description)

const required = (parameter: OpenapiSchema): OpenapiSchema => ({ ...parameter, required: true })

/** The operations by path. */
export const fixedPaths = (ir: PipelineIR): Paths => ({
  '/features': {
    post: operation('features', 'Features of several keys and groups, all at one as-of time', {
      body: featureRequestsSchema(ir),
      answer: json('in the order of the requests', ref('Answers')),
      errors: [404, 503],
    }),
  },
  '/features/as-of': readOperation(
    'featuresAsOf',
    'Features of a key as of a past time, from the log; a pass over the log',
    json('the features', object({ features: ref('FeaturesAsOf') })),
    [
      required(nameParameter('group', ir.groups, 'the feature group')),
      required(queryParameter('key', text, 'the key; of several columns a,b')),
      required(queryParameter('at', text, 'ISO 8601 with its offset, or UTC milliseconds')),
    ],
  ),
  ...decisionPaths(ir),
  ...effectPaths(ir),
  ...deadLetterPaths(ir),
  ...jobPaths(ir),
  ...controlPaths,
  ...pipelinePaths,
  ...monitorPaths,
  ...schemaPaths(ir),
  ...healthPaths,
  ...dashboardPaths,
})

const decisionPaths = ({ models }: PipelineIR): Paths => ({
  '/decisions': readOperation('decisions', 'The newest decisions, in ascending order', json('the decisions', ref('Decisions')), [
    nameParameter('model', models),
    queryParameter('key', text, 'only those about this key'),
    queryParameter('since', { ...text, examples: ['2026-01-31T11:00Z'] }, 'only those from this time on: ISO 8601, or UTC ms'),
    queryParameter('until', { ...text, examples: ['2026-01-31T12:00Z'] }, 'only those up to this time: ISO 8601, or UTC ms'),
    queryParameter('min', number, 'only those with a score of at least this'),
    queryParameter('before', { ...text, pattern: '^[0-9]{1,15}([.][0-9]{1,9})?$' }, 'the page of older decisions: the next of an answer'),
    limitParameter(limits.DECISIONS_LISTED_MAX),
  ]),
  '/decisions/{entry}/trace': readOperation(
    'trace',
    'Stage times of the decisions on one log entry',
    json('the decisions, at most a hundred', ref('Traces')),
    [
      pathParameter('entry', 0),
      nameParameter('model', models, 'only the decision of this model'),
      queryParameter('key', text, 'only the decision about this key'),
    ],
  ),
  '/events': streamOperation(
    'events',
    'Decisions as they become durable',
    ['decision', 'Decision'],
    nameParameter('model', models),
    queryParameter('vector', { enum: ['true', 'false'] }, 'false: without vector and read, gathered for some milliseconds'),
  ),
})

const effectPaths = ({ actions = [] }: PipelineIR): Paths => ({
  '/effects': readOperation('listEffects', 'The newest effects in ascending order, and their counts', json('the effects', ref('Effects')), [
    nameParameter('action', actions),
    queryParameter('state', { enum: effectStates }, 'only those in this state'),
    limitParameter(limits.EFFECTS_LISTED_MAX),
  ]),
  '/effects/stream': streamOperation(
    'effects',
    'Changes of effects: each effect after a change',
    ['effect', 'Effect'],
    nameParameter('action', actions),
  ),
})

const letters = object(
  {
    letters: described(list(ref('DeadLetter')), 'as spillway dlq list --json prints them'),
    counts: described(list({ type: 'object' }), 'of all dead letters, by source and reason'),
  },
  {
    next: described(count, 'the next page continues after (order=newest: before) this id; absent at the end'),
    deployed: described(utcMs, 'last start of the run with changed definitions; absent if none is known'),
  },
)

const letterFilter = (sources: Named): OpenapiSchema[] => [
  nameParameter('source', sources),
  queryParameter('reason', { enum: rejectionReasons }, 'only those rejected for this reason'),
]
const letterNumber = { ...count, maximum: Number.MAX_SAFE_INTEGER }

const deadLetterPaths = ({ sources }: PipelineIR): Paths => ({
  '/dead-letters': readOperation('deadLetters', 'Dead letters, the oldest first, and their counts', json('the dead letters', letters), [
    ...letterFilter(sources),
    queryParameter('cause', { type: 'string', pattern: '^[0-9a-f]{16}$' }, 'only those of this cause, of GET /dead-letters/causes'),
    queryParameter('order', { enum: ['oldest', 'newest'] }, 'which come first; oldest by default'),
    queryParameter('after', letterNumber, 'continue after the dead letter of this id'),
    queryParameter('before', { ...letterNumber, minimum: 1 }, 'with order=newest: continue before the dead letter of this id'),
    limitParameter(limits.DEAD_LETTERS_LISTED_MAX, 'how many; fewer where they are large'),
  ]),
  '/dead-letters/causes': readOperation(
    'deadLetterCauses',
    `The newest ${limits.DEAD_LETTERS_GROUPED_MAX} dead letters by source, reason, and message without the values of the records`,
    json('the causes', ref('DeadLetterCauses')),
    letterFilter(sources),
  ),
})

/** The ledgers of batch runs, reports, reconciliations and model versions. */
const jobPaths = ({ groups, models, reports = [] }: PipelineIR): Paths => ({
  '/runs': readOperation('runs', 'The newest batch runs: as-of time, log position, and outcome', json('the runs', ref('Runs')), [
    nameParameter('group', groups),
  ]),
  '/reports': readOperation('reports', 'The newest reports: as-of time, log position, and outcome', json('the reports', ref('Reports')), [
    nameParameter('report', reports, 'only those of this name'),
  ]),
  '/reconciliations': {
    ...readOperation(
      'reconciliations',
      'The newest reconciliations: values that were compared, and mismatches by cause',
      json('the reconciliations', ref('Reconciliations')),
    ),
    post: operation('reconcile', 'Reconciles the decisions since the last reconciliation, and answers when they are compared', {
      answer: json('the reconciliation, without its report', ref('Reconciliation')),
      errors: [409, 422, 503],
    }),
  },
  '/reconciliations/{number}': readOperation(
    'reconciliation',
    'The result of one reconciliation by model input, with examples',
    json('the reconciliation with its report', ref('Reconciliation')),
    [pathParameter('number', 1)],
  ),
  '/backups': readOperation('backups', 'The newest scheduled backups, and their outcome', json('the backups', ref('Backups'))),
  '/models': readOperation('models', 'Trained models: the champion, and the newest versions', json('the models', ref('Models')), [
    nameParameter(
      'model',
      models.filter(({ train }) => train),
      'only this model',
    ),
  ]),
})

/** The pipeline as a whole: its objectives and its lineage. */
const pipelinePaths: Paths = {
  '/objectives': readOperation(
    'objectives',
    'Freshness objectives with the recent decisions that met them, and the burn rates of all objectives',
    json('the objectives', ref('Objectives')),
  ),
  '/lineage': readOperation('lineage', 'What each feature, model, action and report depends on', json('the graph', ref('Lineage')), [
    queryParameter(
      'of',
      text,
      'only what this one depends on and what depends on it; its name alone, or with its kind: column payments.amount',
    ),
    queryParameter('direction', { enum: lineageDirections }, 'with of: what it depends on (up), what depends on it (down), or both'),
  ]),
}

/** The process and its run, for monitoring. */
const healthPaths: Paths = {
  '/healthz': {
    get: operation('healthz', 'Liveness of the process', {
      isPublic: true,
      answer: json('the process lives', object({ status: text })),
      errors: [421],
    }),
  },
  '/readyz': {
    get: operation('readyz', 'Readiness of the run; with the role read, also the pipeline and the sequence number of the next log entry', {
      isPublic: true,
      answer: json('the run accepts events', object({ status: text }, { pipeline: text, sequence: count })),
      errors: [421, 503],
    }),
  },
  '/metrics': {
    get: operation('metrics', 'Prometheus metrics', {
      answer: { description: 'Prometheus text format', content: { 'text/plain': { schema: text } } },
    }),
  },
}
