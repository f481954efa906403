/** `GET /openapi.json`: what this pipeline takes and answers, as OpenAPI 3.1, and at `/` of a server of its own a line for each. Made once, from the IR. */
import type { FastifyInstance } from 'fastify'
import { durationText } from '../base/time.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../define/ir.ts'
import { decisionStream, effectStream, sharedSchemas } from './api-schemas.ts'
import { frontText } from './front.ts'
import { featuresSchema, recordSchema, type Schema } from './json-schema.ts'
import { failures, json, query, ref } from './openapi-words.ts'
import type { Serving } from './serving.ts'

export function openapiRoutes(app: FastifyInstance, { ir, webhooks = {}, front }: Serving): void {
  const document = openapiOf(ir, Object.keys(webhooks))
  const text = JSON.stringify(document)
  app.get('/openapi.json', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('application/json')
    return text
  })
  if (!front) return
  const lines = frontText(ir.name, document)
  app.get('/', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('text/plain; charset=utf-8')
    return lines
  })
}

/** `signed`: the sources that take webhooks. */
export function openapiOf(ir: PipelineIR, signed: readonly string[] = []): Schema {
  const { sources, groups, models, reports = [] } = ir
  const paths = [
    ...sources.map(source => [`/sources/${source.name}/events`, { post: eventsOperation(source) }]),
    ...sources.flatMap(source =>
      models.some(({ decide }) => decide.kind === 'on' && decide.source === source.name)
        ? [[`/sources/${source.name}/decide`, { post: inlineOperation(source) }]]
        : [],
    ),
    ...signed.map(source => [`/sources/${source}/webhook`, { post: webhookOperation(source) }]),
    ...groups.map(group => [`/features/${group.name}`, { get: featuresOperation(group) }]),
    ...groups.flatMap(({ name, place }) =>
      place.kind === 'batch' || place.kind === 'hybrid' ? [[`/groups/${name}/runs`, { post: runOperation(name) }]] : [],
    ),
    ...reports.flatMap(({ name }) => [
      [`/reports/${name}/latest`, { get: latestOperation(name) }],
      [`/reports/${name}`, { post: reportOperation(name) }],
    ]),
    ...models.flatMap(model =>
      model.decide.kind === 'request' ? [[`/models/${model.name}/decide`, { post: decideOperation(model) }]] : [],
    ),
    ...models.flatMap(({ name, train }) =>
      train
        ? [
            [`/models/${name}/train`, { post: trainOperation(name) }],
            [`/models/${name}/promote`, { post: promoteOperation(name) }],
          ]
        : [],
    ),
    ...Object.entries(fixedPaths),
  ]
  return {
    openapi: '3.1.0',
    info: { title: ir.name, version: String(ir.version) },
    paths: Object.fromEntries(paths) as Schema,
    components: { schemas: sharedSchemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  }
}

/** What a client sends of a source. */
const eventSchema = ({ name, columns, mapVersion }: SourceIR): Schema =>
  mapVersion === undefined ? recordSchema(columns) : { description: `what the map of '${name}' takes` }

function eventsOperation(source: SourceIR): Schema {
  const { name, key, time, id, dedupe } = source
  const event = eventSchema(source)
  const dedupes =
    id === undefined ? 'An event that is sent twice counts twice.' : `The same '${id}' within ${durationText(dedupe)} counts once.`
  const content = {
    'application/json': { schema: { anyOf: [event, { type: 'array', items: event }] } },
    'application/x-ndjson': { schema: { type: 'string', description: 'an event a line' } },
  }
  return {
    operationId: `send_${name}`,
    summary: `Events of '${name}', keyed by '${key}', at '${time}'. ${dedupes}`,
    requestBody: { required: true, content },
    responses: {
      200: { description: 'all of it is durable', content: json(ref('Receipt')) },
      ...failures(400, 401, 403, 404, 413, 422, 429, 503),
    },
  }
}

function inlineOperation(source: SourceIR): Schema {
  const { name } = source
  return {
    operationId: `decide_on_${name}`,
    summary: `One event of '${name}', answered with what is decided on it`,
    requestBody: { required: true, content: json(eventSchema(source)) },
    responses: {
      200: { description: 'the decisions, and the answers that follow', content: json(ref('Inline')) },
      ...failures(400, 401, 403, 404, 413, 422, 429, 503),
    },
  }
}

function webhookOperation(source: string): Schema {
  return {
    operationId: `webhook_${source}`,
    summary: `A signed webhook into '${source}'`,
    security: [{}],
    requestBody: { required: true, content: json({}) },
    responses: {
      200: { description: 'it is durable, or kept as a dead letter', content: json(ref('Receipt')) },
      ...failures(400, 401, 413, 429, 503),
    },
  }
}

function featuresOperation({ name, key, features, description }: GroupIR): Schema {
  const several = { type: 'array', items: { type: 'string' }, minItems: key.length, maxItems: key.length }
  const answer = { allOf: [ref('Features'), { type: 'object', properties: { features: featuresSchema(features) } }] }
  return {
    operationId: `features_${name}`,
    summary: description ?? `The features '${name}' of a ${key.join(', ')}, as known now`,
    parameters: [{ name: 'key', in: 'query', required: true, explode: true, schema: key.length === 1 ? { type: 'string' } : several }],
    responses: { 200: { description: 'the values', content: json(answer) }, ...failures(400, 401, 403, 404, 503) },
  }
}

function latestOperation(name: string): Schema {
  return {
    operationId: `latest_${name}`,
    summary: `The newest report '${name}', as its file has it; the header spillway-stale says whether it is`,
    responses: { 200: { description: 'CSV, NDJSON or Parquet' }, ...failures(401, 403, 404) },
  }
}

function reportOperation(name: string): Schema {
  return {
    operationId: `report_${name}`,
    summary: `Makes the report '${name}' of this moment, and answers when it is written`,
    responses: { 200: { description: 'what was made', content: json(ref('Report')) }, ...failures(400, 401, 403, 404, 503) },
  }
}

function runOperation(name: string): Schema {
  return {
    operationId: `run_${name}`,
    summary: `A batch run of '${name}' now, in use when it is answered`,
    responses: { 200: { description: 'what it did', content: json(ref('Run')) }, ...failures(400, 401, 403, 404, 503) },
  }
}

function trainOperation(name: string): Schema {
  return {
    operationId: `train_${name}`,
    summary: `A version of '${name}', trained on what has arrived by now`,
    responses: {
      200: { description: 'the version, promoted or not', content: json(ref('Version')) },
      ...failures(400, 401, 403, 404, 503),
    },
  }
}

function promoteOperation(name: string): Schema {
  const version = { anyOf: [{ type: 'integer', minimum: 0 }, { const: 'previous' }], description: '0 is the score of the definition' }
  return {
    operationId: `promote_${name}`,
    summary: `Lets a version of '${name}' score from now on`,
    requestBody: { required: true, content: json({ type: 'object', properties: { version }, required: ['version'] }) },
    responses: { 200: { description: 'it is in the log', content: json(ref('Scores')) }, ...failures(400, 401, 403, 404, 413, 503) },
  }
}

function decideOperation({ name, decide, description }: ModelIR): Schema {
  return {
    operationId: `decide_${name}`,
    summary: description ?? `A decision of '${name}', durable when it is answered`,
    requestBody: { required: true, content: json(decide.kind === 'request' ? recordSchema(decide.columns) : {}) },
    responses: { 200: { description: 'the decision', content: json(ref('Decision')) }, ...failures(400, 401, 403, 404, 413, 429, 503) },
  }
}

function streamOperation(operationId: string, what: string, of: 'model' | 'action', answer: Schema): Schema {
  return {
    get: {
      operationId,
      summary: `${what}, as server-sent events; an id is a place to go on from`,
      parameters: [
        query(of, { type: 'string' }, `only those of this ${of}`),
        query('after', { type: 'string' }, 'go on behind this id; Last-Event-ID does the same'),
      ],
      responses: { 200: answer, ...failures(400, 401, 403, 404, 503) },
    },
  }
}

const fixedPaths: Readonly<Record<string, Schema>> = {
  '/features': {
    post: {
      operationId: 'features',
      summary: 'Features of several keys and groups, all as of one moment',
      requestBody: { required: true, content: json(ref('Asks')) },
      responses: {
        200: { description: 'in the order of the asks', content: json(ref('Answers')) },
        ...failures(400, 401, 403, 404, 413, 503),
      },
    },
  },
  '/decisions': {
    get: {
      operationId: 'decisions',
      summary: 'The newest decisions, the oldest of them first',
      parameters: [
        query('model', { type: 'string' }, 'only those of this model'),
        query('key', { type: 'string' }, 'only those about this key'),
        query('limit', { type: 'integer', minimum: 1, maximum: 1000 }, 'how many'),
      ],
      responses: { 200: { description: 'the decisions', content: json(ref('Decisions')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/decisions/{entry}/trace': {
    get: {
      operationId: 'trace',
      summary: 'When everything happened to the decisions that an entry of the log made',
      parameters: [
        { name: 'entry', in: 'path', required: true, schema: { type: 'integer', minimum: 0 } },
        query('model', { type: 'string' }, 'only that of this model'),
        query('key', { type: 'string' }, 'only that about this key'),
      ],
      responses: {
        200: { description: 'the decisions, at most a hundred', content: json(ref('Traces')) },
        ...failures(400, 401, 403, 404),
      },
    },
  },
  '/runs': {
    get: {
      operationId: 'runs',
      summary: 'The newest batch runs: of which time, on which cut, and what came of each',
      parameters: [query('group', { type: 'string' }, 'only those of this group')],
      responses: { 200: { description: 'the runs', content: json(ref('Runs')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/reconciliations': {
    get: {
      operationId: 'reconciliations',
      summary: 'The newest reconciliations of the run: how many values were compared, and why some are another',
      responses: { 200: { description: 'the reconciliations', content: json(ref('Reconciliations')) }, ...failures(401, 403) },
    },
  },
  '/reconciliations/{number}': {
    get: {
      operationId: 'reconciliation',
      summary: 'What one reconciliation found, input by input, with examples',
      parameters: [{ name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }],
      responses: { 200: { description: 'with its report', content: json(ref('Reconciliation')) }, ...failures(401, 403, 404) },
    },
  },
  '/models': {
    get: {
      operationId: 'models',
      summary: 'Models that are trained: which version scores, and the newest versions',
      parameters: [query('model', { type: 'string' }, 'only this one')],
      responses: { 200: { description: 'the models', content: json(ref('Models')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/reports': {
    get: {
      operationId: 'reports',
      summary: 'The newest reports: of which time, on which cut, and what came of each',
      parameters: [query('report', { type: 'string' }, 'only those of this name')],
      responses: { 200: { description: 'the reports', content: json(ref('Reports')) }, ...failures(400, 401, 403, 404) },
    },
  },
  '/events': streamOperation('events', 'Decisions as they become durable', 'model', decisionStream),
  '/effects/stream': streamOperation(
    'effects',
    'What becomes of effects: each as it stands whenever that has changed',
    'action',
    effectStream,
  ),
  '/healthz': { get: { operationId: 'healthz', summary: 'The process lives', responses: { 200: { description: 'it does' } } } },
  '/readyz': {
    get: { operationId: 'readyz', summary: 'The run takes events', responses: { 200: { description: 'it does' }, ...failures(503) } },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Figures for Prometheus',
      responses: { 200: { description: 'as text' }, ...failures(401, 403) },
    },
  },
}
