/**
 * A run as a Fastify plugin: its routes, error answers and limits, under the prefix that it is registered with.
 *
 * The routes read bodies themselves, since bodies are streamed, compressed, or large. No schema is compiled and no request is logged.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { FolderSearchWorker, openFolder, PersonalMask } from '../operate/index.ts'
import { auditRoutes } from './routes/audit.ts'
import { decideRoutes } from './routes/decide.ts'
import { decisionRoutes } from './routes/decisions.ts'
import { effectRoutes } from './routes/effects.ts'
import { eventRoutes } from './routes/events.ts'
import { addFairQueueHook } from './access/fair-queue.ts'
import { featureRoutes } from './routes/features.ts'
import { addAuthorizationHooks } from './context/authorization.ts'
import { healthRoutes } from './routes/health.ts'
import { ingestRoutes } from './routes/ingest.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { AdmissionControl } from './access/admission-control.ts'
import { metricRoutes } from './metrics/metrics.ts'
import { pipelineRoutes } from './routes/pipeline.ts'
import { modelRoutes } from './routes/models.ts'
import { openapiRoutes } from './openapi/openapi.ts'
import { defaultResourceLimits } from './access/resource-limits.ts'
import type { ServeOptions, RunState, ServerContext } from './context/server-context.ts'
import { replyWithError, ServeError } from './http/serve-error.ts'
import type { ServedRun } from './http/served-run.ts'
import { EventStreams } from './events/event-streams.ts'
import { checkQueries } from './http/request.ts'
import { schemaRoutes } from './routes/schemas.ts'
import { jobRoutes } from './routes/jobs.ts'
import { alertRoutes } from './routes/alerts.ts'
import { seriesRoutes } from './routes/series.ts'
import { sourceEventRoutes } from './routes/source-events.ts'
import { sourceLagRoutes } from './routes/source-lag.ts'
import { statusRoutes } from './routes/status.ts'
import { dashboardRoutes } from './ui/dashboard.ts'
import { UnsignedWebhookCounts } from './access/webhook-signature.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** Registers all routes of a run, and releases the reader, timers and threads of the server when the app closes. */
export const servePlugin: FastifyPluginAsync<ServeOptions> = async (app, options) => {
  const { run, pipeline, data, feed, monitor, onError = () => {} } = options
  const bounds = { ...defaultResourceLimits, ...options.bounds }
  const folder = openFolder(data)
  const personal = new PersonalMask(pipeline.ir)
  const mask = personal.isEmpty ? undefined : personal
  const streams = feed && new EventStreams(folder, { bounds, mask, monitor, onError })
  const load = new AdmissionControl(run, bounds)
  const [search, past, schemas] = [new FolderSearchWorker(data), new FolderSearchWorker(data), new FolderSearchWorker(data)]
  const context: ServerContext = {
    ...options,
    ir: pipeline.ir,
    fingerprint: pipeline.fingerprint,
    auditFolder: options.auditFolder ?? 'audit',
    load,
    mask,
    folder,
    search,
    past,
    schemas,
    streams,
    unsigned: new UnsignedWebhookCounts(),
    authorization: () => (options.authorize ? 'own' : options.tokens?.areRequired ? 'token' : 'none'),
    state: stateOf(run),
  }
  const unsubscribe = streams && feed.subscribe(streams.notify)
  const unsubscribeSamples = streams && monitor?.subscribe(streams.notifySample)
  const unsubscribeAlerts = streams && monitor?.changes.subscribe(streams.notifyAlert)
  app.addHook('preClose', closing => {
    unsubscribe?.()
    unsubscribeSamples?.()
    unsubscribeAlerts?.()
    streams?.close()
    closing()
  })
  app.addHook('onClose', (_app, closed) => {
    folder.close()
    load.close()
    search.close()
    past.close()
    schemas.close()
    closed()
  })
  answerByRoutes(app, onError)
  if (monitor)
    app.addHook('onResponse', ({ routeOptions }, { statusCode }, done) => {
      if (routeOptions.config?.isProbe !== true) monitor.countResponse(statusCode)
      done()
    })
  addAuthorizationHooks(app, options)
  checkQueries(app)
  addFairQueueHook(app, load.fairQueue)
  for (const routes of allRoutes) routes(app, context)
}

/** Leaves bodies to the routes, and answers with their errors. `onError` gets those whose details clients do not. */
export function answerByRoutes(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
  app.setErrorHandler((error, _request, reply) => {
    const answer = replyWithError(reply, error)
    // An overloaded server, and one that is not ready, say so to each client.
    const internal = error instanceof ServeError ? error.cause : error
    if (reply.statusCode >= 500 && internal !== undefined) onError(internal)
    return answer
  })
}

/** Metrics first: their hooks measure the routes after them. */
const allRoutes = [
  metricRoutes,
  ingestRoutes,
  webhookRoutes,
  featureRoutes,
  decideRoutes,
  decisionRoutes,
  effectRoutes,
  deadLetterRoutes,
  jobRoutes,
  modelRoutes,
  pipelineRoutes,
  schemaRoutes,
  auditRoutes,
  eventRoutes,
  sourceEventRoutes,
  sourceLagRoutes,
  seriesRoutes,
  alertRoutes,
  healthRoutes,
  statusRoutes,
  openapiRoutes,
  dashboardRoutes,
]

function stateOf({ ended }: ServedRun): RunState {
  const state: { ended: RunState['ended'] } = { ended: undefined }
  ended.then(
    () => (state.ended = 'stopped'),
    () => (state.ended = 'failed'),
  )
  return state
}
