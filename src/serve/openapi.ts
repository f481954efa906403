/** `GET /openapi.json`: what this pipeline takes and answers, as OpenAPI 3.1, and at `/` of a server of its own a line for each. Made once, from the IR. */
import type { FastifyInstance } from 'fastify'
import type { PipelineIR } from '../define/ir.ts'
import { sharedSchemas } from './api-schemas.ts'
import { frontText } from './front.ts'
import type { Schema } from './json-schema.ts'
import { fixedPaths } from './openapi-fixed.ts'
import {
  decideOperation,
  eventsOperation,
  featuresOperation,
  inlineOperation,
  latestOperation,
  promoteOperation,
  reportOperation,
  runOperation,
  trainOperation,
  webhookOperation,
} from './openapi-operations.ts'
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
