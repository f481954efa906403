/**
 * A run as a plugin of Fastify: its routes, errors and bounds, within the prefix that it is registered under.
 *
 * Bodies are read by the routes themselves, since they are streams, packed, or large; nothing is compiled or logged a request.
 */
import type { FastifyPluginCallback } from 'fastify'
import { readFolder } from '../log/sqlite/data-folder.ts'
import { decideRoutes } from './decide.ts'
import { decisionRoutes } from './decisions.ts'
import { featureRoutes } from './features.ts'
import { healthRoutes } from './health.ts'
import { ingestRoutes } from './ingest.ts'
import { Load } from './load.ts'
import { defaultBounds, type ServeOptions } from './options.ts'
import { tellError } from './serve-error.ts'
import type { RunState, Serving } from './serving.ts'
import type { ServedRun } from './served.ts'

export const servePlugin: FastifyPluginCallback<ServeOptions> = (app, { run, pipeline, data, bounds, onError }, done) => {
  const reader = readFolder(data)
  const serving: Serving = { run, ir: pipeline.ir, load: new Load(run, { ...defaultBounds, ...bounds }), reader, state: stateOf(run) }
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
  app.addHook('onClose', (_app, closed) => {
    reader.close()
    closed()
  })
  app.setErrorHandler((error, _request, reply) => {
    const told = tellError(reply, error)
    if (reply.statusCode >= 500) onError?.(error)
    return told
  })
  for (const routes of [ingestRoutes, featureRoutes, decideRoutes, decisionRoutes, healthRoutes]) routes(app, serving)
  done()
}

function stateOf({ ended }: ServedRun): RunState {
  const state: { ended: RunState['ended'] } = { ended: undefined }
  ended.then(
    () => (state.ended = 'stopped'),
    () => (state.ended = 'failed'),
  )
  return state
}
