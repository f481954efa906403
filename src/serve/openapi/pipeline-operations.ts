/** OpenAPI operations of one source, feature group, model or report of a pipeline. */
import { durationText } from '../../base/index.ts'
import type { ColumnIR, GroupIR, ModelIR, SourceIR } from '../../define/ir/index.ts'
import { featuresSchema, keySchema, recordSchema, type OpenapiSchema } from './json-schema.ts'
import { errorResponses, jsonContent, schemaRef } from './operation-parts.ts'

/** The schema of an event that a client sends to a source. */
const eventSchema = ({ name, columns, mapVersion }: SourceIR): OpenapiSchema =>
  mapVersion === undefined ? recordSchema(columns) : { description: `input of the map of '${name}'` }

/** `POST /sources/NAME/events`. */
export function eventsOperation(source: SourceIR): OpenapiSchema {
  const { name, key, time, id, dedupe } = source
  const event = eventSchema(source)
  const dedupes = id === undefined ? 'Duplicates are not detected.' : `Duplicates by '${id}' within ${durationText(dedupe)} count once.`
  const content = {
    'application/json': { schema: { anyOf: [event, { type: 'array', items: event }] } },
    'application/x-ndjson': { schema: { type: 'string', description: 'one event a line' } },
  }
  return {
    operationId: `send_${name}`,
    summary: `Events of '${name}', keyed by '${key}', at '${time}'. ${dedupes}`,
    requestBody: { required: true, content },
    responses: {
      200: { description: 'all records are durable', content: jsonContent(schemaRef('Receipt')) },
      ...errorResponses(400, 401, 403, 404, 413, 415, 422, 429, 503),
    },
  }
}

/** `POST /sources/NAME/decide`. */
export function inlineOperation(source: SourceIR): OpenapiSchema {
  const { name } = source
  return {
    operationId: `decide_on_${name}`,
    summary: `Sends one event of '${name}', and answers with the decisions on it`,
    requestBody: { required: true, content: jsonContent(eventSchema(source)) },
    responses: {
      200: { description: 'the decisions, and the answers of actions', content: jsonContent(schemaRef('Inline')) },
      ...errorResponses(400, 401, 403, 404, 413, 415, 422, 429, 503),
    },
  }
}

/** `POST /sources/NAME/webhook`. */
export function webhookOperation(source: string): OpenapiSchema {
  return {
    operationId: `webhook_${source}`,
    summary: `A signed webhook into '${source}'`,
    security: [],
    requestBody: { required: true, content: jsonContent({}) },
    responses: {
      200: { description: 'the record is durable, or kept as a dead letter', content: jsonContent(schemaRef('Receipt')) },
      ...errorResponses(400, 401, 413, 415, 429, 503),
    },
  }
}

/** `GET /features/NAME`. */
export function featuresOperation({ name, key, features, description }: GroupIR, columns: readonly ColumnIR[]): OpenapiSchema {
  const parts = columns.map(keySchema)
  const schema = parts.length === 1 ? parts[0] : { type: 'array', prefixItems: parts, minItems: parts.length, maxItems: parts.length }
  const answer = { allOf: [schemaRef('Features'), { type: 'object', properties: { features: featuresSchema(features) } }] }
  return {
    operationId: `features_${name}`,
    summary: description ?? `The features '${name}' of a ${key.join(', ')} now`,
    parameters: [{ name: 'key', in: 'query', required: true, explode: true, schema }],
    responses: { 200: { description: 'the values', content: jsonContent(answer) }, ...errorResponses(400, 401, 403, 404, 503) },
  }
}

const reportTypes: OpenapiSchema = {
  'text/csv': { schema: { type: 'string' } },
  'application/x-ndjson': { schema: { type: 'string', description: 'one row a line' } },
  'application/vnd.apache.parquet': { schema: {} },
}

/** `GET /reports/NAME/latest`. */
export function latestOperation(name: string): OpenapiSchema {
  return {
    operationId: `latest_${name}`,
    summary: `The file of the newest report '${name}'; the header spillway-stale says whether it is stale`,
    responses: { 200: { description: 'the rows', content: reportTypes }, ...errorResponses(400, 401, 403, 404) },
  }
}

/** `POST /reports/NAME`. */
export function reportOperation(name: string): OpenapiSchema {
  return {
    operationId: `report_${name}`,
    summary: `Makes the report '${name}' now, and answers when it is written`,
    responses: {
      200: { description: 'the report', content: jsonContent(schemaRef('Report')) },
      ...errorResponses(400, 401, 403, 404, 409, 503),
    },
  }
}

/** `POST /groups/NAME/runs`. */
export function runOperation(name: string): OpenapiSchema {
  return {
    operationId: `run_${name}`,
    summary: `Starts a batch run of '${name}', and answers when its result is in use`,
    responses: { 200: { description: 'the run', content: jsonContent(schemaRef('Run')) }, ...errorResponses(400, 401, 403, 404, 409, 503) },
  }
}

/** `POST /models/NAME/train`. */
export function trainOperation(name: string): OpenapiSchema {
  return {
    operationId: `train_${name}`,
    summary: `Trains a version of '${name}' on the events so far`,
    responses: {
      200: { description: 'the version, promoted or not', content: jsonContent(schemaRef('Version')) },
      ...errorResponses(400, 401, 403, 404, 409, 503),
    },
  }
}

/** `POST /models/NAME/promote`. */
export function promoteOperation(name: string): OpenapiSchema {
  const number = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
  const version = { anyOf: [number, { const: 'previous' }], description: '0 is the score of the definition' }
  return {
    operationId: `promote_${name}`,
    summary: `Promotes a version of '${name}' to champion`,
    requestBody: {
      required: true,
      content: jsonContent({ type: 'object', properties: { version }, required: ['version'], additionalProperties: false }),
    },
    responses: {
      200: { description: 'the promotion is in the log', content: jsonContent(schemaRef('Scores')) },
      ...errorResponses(400, 401, 403, 404, 409, 413, 415, 503),
    },
  }
}

/** `POST /models/NAME/decide`. */
export function decideOperation({ name, decide, description }: ModelIR): OpenapiSchema {
  return {
    operationId: `decide_${name}`,
    summary: description ?? `Requests a decision of '${name}', and answers when it is durable`,
    requestBody: { required: true, content: jsonContent(decide.kind === 'request' ? recordSchema(decide.columns) : {}) },
    responses: {
      200: { description: 'the decision', content: jsonContent(schemaRef('AskedDecision')) },
      ...errorResponses(400, 401, 403, 404, 413, 415, 429, 503),
    },
  }
}
