/**
 * `GET /openapi.json`: the API of this pipeline as OpenAPI 3.1, generated from the IR once. `GET /` of a server of its own lists the same
 * routes, each on a line.
 */
import type { FastifyInstance } from 'fastify'
import type { PipelineIR } from '../../define/ir/index.ts'
import { sharedSchemas } from './api-schemas.ts'
import type { OpenapiSchema } from './json-schema.ts'
import { fixedPaths } from './fixed-operations.ts'
import { pipelinePaths } from './pipeline-operations.ts'
import type { AuthorizationMode, ServerContext } from '../context/server-context.ts'

export function openapiRoutes(app: FastifyInstance, { ir, webhooks = {}, front, authorization }: ServerContext): void {
  const document = (mode: AuthorizationMode) =>
    openapiDocument(ir, { signed: Object.keys(webhooks), authorization: mode, prefix: app.prefix })
  const texts = new Map<AuthorizationMode, string>()
  app.get('/openapi.json', { config: { role: 'read' } }, async (_request, reply) => {
    const mode = authorization()
    const text = texts.get(mode) ?? JSON.stringify(document(mode))
    texts.set(mode, text)
    reply.type('application/json')
    return text
  })
  if (!front) return
  const lines = indexPage(ir.name, document('none'))
  app.get('/', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('text/plain; charset=utf-8')
    return lines
  })
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'spw_…', description: '`spillway tokens add NAME --role ROLE` makes one' },
} as const

/** The server that a document describes. */
export interface OpenapiOptions {
  /** Sources that accept webhooks. */
  readonly signed?: readonly string[]
  readonly authorization?: AuthorizationMode
  /** The prefix of the routes in the embedding server. */
  readonly prefix?: string
}

/** The OpenAPI document of a pipeline. */
export function openapiDocument(ir: PipelineIR, { signed = [], authorization = 'none', prefix = '' }: OpenapiOptions = {}): OpenapiSchema {
  return {
    openapi: '3.1.0',
    info: { title: ir.name, version: String(ir.version) },
    paths: { ...pipelinePaths(ir, signed), ...fixedPaths(ir) },
    servers: [{ url: prefix === '' ? '/' : prefix, description: 'the server of this document' }],
    components: { schemas: sharedSchemas, ...(authorization === 'token' && { securitySchemes }) },
    // The rules of an embedding server are unknown.
    ...(authorization !== 'own' && { security: authorization === 'token' ? [{ token: [] }] : [] }),
  }
}

interface Operation {
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
}

/** The index page: each operation of an OpenAPI document on a line, for readers with `curl`. */
function indexPage(name: string, { paths }: OpenapiSchema): string {
  const operations = Object.entries(paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, parameters = [] }]) => {
      const required = parameters
        .filter(parameter => parameter.required && parameter.in === 'query')
        .map(parameter => `${parameter.name}=…`)
      return [`${method.toUpperCase().padEnd(4)} ${path}${required.length > 0 ? `?${required.join('&')}` : ''}`, summary] as const
    }),
  )
  const lines = [...operations, ['GET  /openapi.json', 'This API with all fields, as OpenAPI 3.1'] as const]
  const width = Math.max(...lines.map(([call]) => call.length))
  return [`pipeline '${name}'`, '', ...lines.map(([call, summary]) => `${call.padEnd(width)}  ${summary}`), ''].join('\n')
}
