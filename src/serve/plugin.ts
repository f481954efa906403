/**
 * A run as a plugin of Fastify: its routes, errors and bounds, within the prefix that it is registered under.
 *
 * Bodies are read by the routes themselves, since they are streams, packed, or large; nothing is compiled or logged a request.
 */
import type { FastifyPluginAsync } from 'fastify'
import { readFolder } from '../log/sqlite/data-folder.ts'
import { SearchBeside } from '../run/search-beside.ts'
import { decideRoutes } from './decide.ts'
import { decisionRoutes } from './decisions.ts'
import { effectRoutes } from './effects.ts'
import { eventRoutes } from './events.ts'
import { inTurns } from './fair-turns.ts'
import { featureRoutes } from './features.ts'
import { guard } from './guard.ts'
import { healthRoutes } from './health.ts'
import { ingestRoutes } from './ingest.ts'
import { letterRoutes } from './letters.ts'
import { Load } from './load.ts'
import { metricRoutes } from './metrics.ts'
import { modelRoutes } from './models.ts'
import { openapiRoutes } from './openapi.ts'
import { defaultBounds } from './bounds.ts'
import type { ServeOptions } from './options.ts'
import { tellError } from './serve-error.ts'
import type { RunState, Serving } from './serving.ts'
import type { ServedRun } from './served.ts'
import { Streams } from './streams.ts'
import { checkQueries } from './query.ts'
import { reconciliationRoutes } from './reconciliations.ts'
import { reportRoutes } from './reports.ts'
import { runRoutes } from './runs.ts'
import { UnsignedCounts } from './unsigned-counts.ts'
import { traceRoutes } from './trace.ts'
import { webhookRoutes } from './webhooks.ts'

export const servePlugin: FastifyPluginAsync<ServeOptions> = async (app, options) => {
  const { run, pipeline, data, feed, effects, addMetrics, webhooks, clock, front, onError = () => {} } = options
  const bounds = { ...defaultBounds, ...options.bounds }
  const reader = readFolder(data)
  const streams = feed && new Streams(reader, bounds, onError)
  const load = new Load(run, bounds)
  const searching = new SearchBeside(data)
  const serving: Serving = {
    run,
    ir: pipeline.ir,
    load,
    reader,
    data,
    searching,
    streams,
    effects,
    addMetrics,
    webhooks,
    unsigned: new UnsignedCounts(),
    clock,
    front,
    authorization: () => (options.authorize ? 'own' : options.tokens?.areAsked ? 'token' : 'none'),
    state: stateOf(run),
  }
  const unlisten = streams && feed.listen(streams.tell)
  app.addHook('preClose', closing => {
    unlisten?.()
    streams?.close()
    closing()
  })
  app.addHook('onClose', (_app, closed) => {
    reader.close()
    load.close()
    searching.close()
    closed()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
  app.setErrorHandler((error, _request, reply) => {
    const told = tellError(reply, error)
    if (reply.statusCode >= 500) onError(error)
    return told
  })
  guard(app, options)
  checkQueries(app)
  inTurns(app, load.turns)
  for (const routes of allRoutes) routes(app, serving)
}

/** Metrics first: they look at the others. */
const allRoutes = [
  metricRoutes,
  ingestRoutes,
  webhookRoutes,
  featureRoutes,
  decideRoutes,
  decisionRoutes,
  effectRoutes,
  letterRoutes,
  traceRoutes,
  runRoutes,
  reconciliationRoutes,
  modelRoutes,
  reportRoutes,
  eventRoutes,
  healthRoutes,
  openapiRoutes,
]

function stateOf({ ended }: ServedRun): RunState {
  const state: { ended: RunState['ended'] } = { ended: undefined }
  ended.then(
    () => (state.ended = 'stopped'),
    () => (state.ended = 'failed'),
  )
  return state
}
