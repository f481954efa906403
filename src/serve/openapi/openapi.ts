/** `GET /openapi.json`: what this pipeline takes and answers, as OpenAPI 3.1, and at `/` of a server of its own a line for each. Made once, from the IR. */
import type { FastifyInstance } from 'fastify'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { sharedSchemas } from './api-schemas.ts'
import { frontText } from './index-page.ts'
import type { Schema } from './json-schema.ts'
import { keyColumns } from './openapi-requests.ts'
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
import type { Authorization, Serving } from '../context/server-context.ts'

export function openapiRoutes(app: FastifyInstance, { ir, webhooks = {}, front, authorization }: Serving): void {
  const document = (asked: Authorization) => openapiOf(ir, { signed: Object.keys(webhooks), authorization: asked, prefix: app.prefix })
  const texts = new Map<Authorization, string>()
  app.get('/openapi.json', { config: { role: 'read' } }, async (_request, reply) => {
    const asked = authorization()
    const text = texts.get(asked) ?? JSON.stringify(document(asked))
    texts.set(asked, text)
    reply.type('application/json')
    return text
  })
  if (!front) return
  const lines = frontText(ir.name, document('none'))
  app.get('/', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('text/plain; charset=utf-8')
    return lines
  })
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'spw_…', description: '`spillway tokens add NAME --role ROLE` makes one' },
} as const

export interface DocumentOptions {
  /** The sources that take webhooks. */
  readonly signed?: readonly string[]
  readonly authorization?: Authorization
  /** Where the routes stand in the server around them. */
  readonly prefix?: string
}

export function openapiOf(ir: PipelineIR, { signed = [], authorization = 'none', prefix = '' }: DocumentOptions = {}): Schema {
  const { sources, groups, models, reports = [] } = ir
  const paths = [
    ...sources.map(source => [`/sources/${source.name}/events`, { post: eventsOperation(source) }]),
    ...sources.flatMap(source =>
      models.some(({ decide }) => decide.kind === 'on' && decide.source === source.name)
        ? [[`/sources/${source.name}/decide`, { post: inlineOperation(source) }]]
        : [],
    ),
    ...signed.map(source => [`/sources/${source}/webhook`, { post: webhookOperation(source) }]),
    ...groups.map(group => [`/features/${group.name}`, { get: featuresOperation(group, keyColumns(ir, group)) }]),
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
    ...Object.entries(fixedPaths(ir)),
  ]
  return {
    openapi: '3.1.0',
    info: { title: ir.name, version: String(ir.version) },
    paths: Object.fromEntries(paths) as Schema,
    servers: [{ url: prefix === '' ? '/' : prefix, description: 'where this document was read' }],
    components: { schemas: sharedSchemas, ...(authorization === 'token' && { securitySchemes }) },
    // Of the rules of a server around this one nothing is known.
    ...(authorization !== 'own' && { security: authorization === 'token' ? [{ token: [] }] : [] }),
  }
}
