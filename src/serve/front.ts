/** `GET /` of a server of its own: what there is to call, a line each, for whoever comes with `curl`. Made once, from the OpenAPI document. */
import type { FastifyInstance } from 'fastify'
import { openapiOf } from './openapi.ts'
import type { Serving } from './serving.ts'

interface Operation {
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[]
}

export function frontRoutes(app: FastifyInstance, { ir, webhooks = {} }: Serving): void {
  const { paths } = openapiOf(ir, Object.keys(webhooks)) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, parameters = [] }]) => {
      const asked = parameters.filter(({ required }) => required).map(({ name }) => `${name}=…`)
      return [`${method.toUpperCase().padEnd(4)} ${path}${asked.length > 0 ? `?${asked.join('&')}` : ''}`, summary] as const
    }),
  )
  const lines = [...operations, ['GET  /openapi.json', 'All of this with its fields, as OpenAPI 3.1'] as const]
  const width = Math.max(...lines.map(([call]) => call.length))
  const text = [`pipeline '${ir.name}'`, '', ...lines.map(([call, summary]) => `${call.padEnd(width)}  ${summary}`), ''].join('\n')
  app.get('/', { config: { role: 'read' } }, async (_request, reply) => {
    reply.type('text/plain; charset=utf-8')
    return text
  })
}
