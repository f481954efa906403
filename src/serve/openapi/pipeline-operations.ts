/** OpenAPI operations of each source, feature group, model and report of a pipeline. */
import { durationText, limits } from '../../base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { featuresSchema, keyColumns, keySchema, type OpenapiSchema, recordSchema, schemaTerms } from './json-schema.ts'
import { json, operation, type Paths, queryParameter, readOperation, streamOperation } from './operation.ts'

const { described, list, number, object, ref, text } = schemaTerms

/** The operations by path; `signed` are the sources that accept webhooks. */
export function pipelinePaths(ir: PipelineIR, signed: readonly string[]): Paths {
  const decidedOn = new Set(ir.models.map(({ decide }) => decide.kind === 'on' && decide.source))
  return Object.assign(
    {},
    ...ir.sources.map(eventPaths),
    ...ir.sources.filter(({ name }) => decidedOn.has(name)).map(inlinePaths),
    ...signed.map(webhookPaths),
    ...ir.groups.map(group => featurePaths(ir, group)),
    ...ir.groups.filter(({ place: { kind } }) => kind === 'batch' || kind === 'hybrid').map(runPaths),
    ...(ir.reports ?? []).map(reportPaths),
    ...ir.models.map(decidePaths),
    ...ir.models.filter(({ train }) => train).map(trainPaths),
  ) as Paths
}

/** The schema of an event that a client sends to a source. */
const eventSchema = ({ name, columns, mapVersion }: SourceIR): OpenapiSchema =>
  mapVersion === undefined ? recordSchema(columns) : { description: `input of the map of '${name}'` }

function eventPaths(source: SourceIR): Paths {
  const { name, key, time, id, dedupe } = source
  const event = eventSchema(source)
  const dedupes = id === undefined ? 'Duplicates are not detected.' : `Duplicates by '${id}' within ${durationText(dedupe)} count once.`
  return {
    [`/sources/${name}/events`]: {
      post: operation(`send_${name}`, `Events of '${name}', keyed by '${key}', at '${time}'. ${dedupes}`, {
        bodyContent: {
          'application/json': { schema: { anyOf: [event, list(event)] } },
          'application/x-ndjson': { schema: described(text, 'one event a line') },
        },
        answer: json('all records are durable', ref('Receipt')),
        errors: [404, 422, 503],
      }),
      ...readOperation(`events_of_${name}`, `The newest events of '${name}', oldest first`, json('the events', ref('RecentEvents')), [
        queryParameter('limit', { type: 'integer', minimum: 1, maximum: limits.EVENTS_LISTED_MAX }, 'how many; 20 by default'),
      ]),
    },
    [`/sources/${name}/events/stream`]: streamOperation(`stream_of_${name}`, `Events of '${name}' as they come, sampled above a rate`, [
      'events',
      'RecentEvents',
    ]),
    [`/sources/${name}/lag`]: readOperation(`lag_of_${name}`, `The lag of each partition of '${name}'`, json('by reader', sourceLag)),
  }
}

const partitionLag = object(
  {
    partition: described(text, 'empty of a place without partitions'),
    verdict: { enum: ['OK', 'WARN', 'STOP', 'STALL', 'REWIND'] },
    lag: described(number, 'distance to the end, in the unit'),
    age: object({ ms: number, basis: { enum: ['measured', 'extrapolated', 'at-least'] } }),
  },
  { catchUpMs: described(number, 'absent if the lag does not fall') },
)

const sourceLag = object({
  readers: described(
    list(
      object(
        { reader: described(text, 'its place: kafka:payments'), partitions: list(partitionLag) },
        {
          verdict: { enum: ['OK', 'WARN', 'ERR'] },
          unit: described(text, 'bytes, rows or records'),
          records: described(number, 'behind, in all partitions'),
          inTransaction: described(number, 'of those records: behind an open transaction; absent of a place without transactions'),
          problem: described(text, 'why the last measurement failed'),
          failure: described(text, 'the error with which the reader has ended'),
        },
      ),
    ),
    'empty where no reader is measured',
  ),
})

const inlinePaths = (source: SourceIR): Paths => ({
  [`/sources/${source.name}/decide`]: {
    post: operation(`decide_on_${source.name}`, `Sends one event of '${source.name}', and answers with the decisions on it`, {
      body: eventSchema(source),
      answer: json('the decisions, and the answers of actions', ref('Inline')),
      errors: [404, 422, 503],
    }),
  },
})

const webhookPaths = (source: string): Paths => ({
  [`/sources/${source}/webhook`]: {
    post: operation(`webhook_${source}`, `A signed webhook into '${source}'`, {
      isPublic: true,
      body: {},
      answer: json('the record is durable, or kept as a dead letter', ref('Receipt')),
      errors: [400, 401, 503],
    }),
  },
})

function featurePaths(ir: PipelineIR, group: GroupIR): Paths {
  const { name, key, features, description } = group
  const parts = keyColumns(ir, group).map(keySchema)
  const schema = parts.length === 1 ? parts[0] : { type: 'array', prefixItems: parts, minItems: parts.length, maxItems: parts.length }
  return {
    [`/features/${name}`]: {
      get: operation(`features_${name}`, description ?? `The features '${name}' of a ${key.join(', ')} now`, {
        parameters: [{ name: 'key', in: 'query', required: true, explode: true, schema }],
        answer: json('the values', {
          allOf: [ref('Features'), { type: 'object', properties: { features: featuresSchema(features) } }],
        }),
        errors: [404, 503],
      }),
    },
  }
}

const runPaths = ({ name }: GroupIR): Paths => ({
  [`/groups/${name}/runs`]: {
    post: operation(`run_${name}`, `Starts a batch run of '${name}', and answers when its result is in use`, {
      answer: json('the run', ref('Run')),
      errors: [404, 409, 503],
    }),
  },
})

const reportPaths = ({ name }: { readonly name: string }): Paths => ({
  [`/reports/${name}/latest`]: {
    get: operation(`latest_${name}`, `The file of the newest report '${name}'; the header spillway-stale says whether it is stale`, {
      answer: {
        description: 'the rows',
        content: {
          'text/csv': { schema: text },
          'application/x-ndjson': { schema: described(text, 'one row a line') },
          'application/vnd.apache.parquet': { schema: {} },
        },
      },
      errors: [404],
    }),
  },
  [`/reports/${name}`]: {
    post: operation(`report_${name}`, `Makes the report '${name}' now, and answers when it is written`, {
      answer: json('the report', ref('Report')),
      errors: [404, 409, 503],
    }),
  },
})

const trainPaths = ({ name }: ModelIR): Paths => ({
  [`/models/${name}/train`]: {
    post: operation(`train_${name}`, `Trains a version of '${name}' on the events so far`, {
      answer: json('the version, promoted or not', ref('Version')),
      errors: [404, 409, 503],
    }),
  },
  [`/models/${name}/promote`]: {
    post: operation(`promote_${name}`, `Promotes a version of '${name}' to champion`, {
      body: { ...object({ version: promotable }), additionalProperties: false },
      answer: json('the promotion is in the log', ref('Scores')),
      errors: [404, 409, 503],
    }),
  },
})

const promotable: OpenapiSchema = {
  anyOf: [{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, { const: 'previous' }],
  description: '0 is the score of the definition',
}

const decidePaths = ({ name, decide, description }: ModelIR): Paths =>
  decide.kind !== 'request'
    ? {}
    : {
        [`/models/${name}/decide`]: {
          post: operation(`decide_${name}`, description ?? `Requests a decision of '${name}', and answers when it is durable`, {
            body: recordSchema(decide.columns),
            answer: json('the decision', ref('AskedDecision')),
            errors: [404, 503],
          }),
        },
      }
