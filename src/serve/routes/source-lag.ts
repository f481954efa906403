/** `GET /sources/:source/lag`: the lag of each partition of a source, by the last measurements of its readers. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName } from '../http/request.ts'
import { addReadRoute } from './route.ts'

export function sourceLagRoutes(app: FastifyInstance, { ir, monitor }: ServerContext): void {
  const sourceNamed = lookupByName('source', ir.sources)
  const read = (_parameters: object, { params }: FastifyRequest<{ Params: Readonly<Record<string, string>> }>): object => {
    const { name } = sourceNamed(params['source'])
    const lags = monitor?.lags.filter(({ source }) => source === name) ?? []
    return { readers: lags.map(({ source: _source, ...lag }) => lag) }
  }
  addReadRoute(app, '/sources/:source/lag', [], read)
}
