/**
 * `GET /schemas` lists the versions of the schemas of sources. `POST /sources/:source/schema/check` compares a candidate definition of a
 * source's records with them, and changes nothing. A thread makes the comparison: a hostile schema takes minutes.
 */
import type { FastifyInstance } from 'fastify'
import { SpillwayError } from '../../base/index.ts'
import { parseLevel, type SchemaCheckRequest, sourceVersions } from '../../operate/index.ts'
import { schemaFormats } from '../../schema/index.ts'
import { jsonFields } from '../body/json-body.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, jsonBody } from './route.ts'

export function schemaRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, folder, load, schemas } = context
  const sourceNamed = lookupByName('source', ir.sources)
  addReadRoute(app, '/schemas', [], () => ({ sources: sourceVersions(ir, folder.log) }))

  app.post<{ Params: { source: string } }>('/sources/:source/schema/check', { config: { role: 'read' } }, async (request, reply) => {
    const source = sourceNamed(request.params.source)
    const candidate = checkRequest(await jsonBody(context, request))
    try {
      const check = await load.shareOf('read', request).countSearch(() => schemas.checkSchema(source, candidate))
      return reply.type('application/json').send(check)
    } catch (error) {
      if (error instanceof SpillwayError && error.code === 'SPILL_LIMIT')
        throw new ServeError('SPILL_LIMIT', error.message, { status: 413 })
      throw error
    }
  })
}

/** The candidate in a body. Throws 400. */
function checkRequest(body: unknown): SchemaCheckRequest {
  const { format, schema, level } = jsonFields(body, ['format', 'schema', 'level'])
  const known = schemaFormats.find(candidate => candidate === format)
  if (!known) throw new ServeError('SPILL_INPUT', `"format" is one of ${schemaFormats.join(', ')}`)
  const isText = typeof schema === 'string'
  if (!isText && (known === 'protobuf' || typeof schema !== 'object' || schema === null) && typeof schema !== 'boolean')
    throw new ServeError('SPILL_INPUT', '"schema" is the text of the schema, or the schema itself as JSON')
  if (level !== undefined && typeof level !== 'string') throw new ServeError('SPILL_INPUT', '"level" is the name of a compatibility level')
  return { format: known, text: isText ? schema : JSON.stringify(schema), ...(level !== undefined && { level: parseLevel(level) }) }
}
