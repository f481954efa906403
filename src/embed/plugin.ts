/**
 * The Fastify plugin `spillway`: opens a data folder, runs a pipeline in it, and serves the pipeline under a prefix while the server lives.
 *
 * Its routes have a Fastify context of their own, so that body parsers and error handlers of the server stay as they are. Hooks that the
 * user adds before the plugin, such as authentication, apply to its routes, too.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'
import { closeRoutes, openDecisionRoute, openRoutes, type ActionDefinitions } from '../action/routes.ts'
import { SpillwayError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import { durationMs, type Duration } from '../base/time.ts'
import type { Effect } from '../define/action/effect.ts'
import type { Runnable } from '../run/recovery/open-pipeline.ts'
import { stoppedError } from '../run/groups/shutdown.ts'
import { retentionMs } from '../run/recovery/retention.ts'
import { LiveRun, type LiveRunOptions } from '../run/loop/live-run.ts'
import { CommitFeed } from '../serve/events/commit-feed.ts'
import type { ResourceLimits } from '../serve/access/resource-limits.ts'
import type { Authorize } from '../serve/context/options.ts'
import type { RateLimit } from '../serve/access/rate-limit.ts'
import { servePlugin } from '../serve/plugin.ts'
import { Tokens } from '../serve/access/tokens.ts'
import { createEmbedded, type Embedded } from './in-process-client.ts'

/**
 * The options of the plugin `spillway`.
 *
 * @example
 * ```ts
 * await app.register(spillway, { pipeline: shop, data: '.spillway', prefix: '/flow', keep: '90d' })
 * ```
 */
export interface EmbedOptions {
  /** The result of `pipeline('…', [ … ])`. */
  readonly pipeline: Runnable & ActionDefinitions
  /** Path of the data folder, which is created if it is missing. One process holds it at a time. */
  readonly data: string
  /** Prefix of all routes; `/spillway` by default. */
  readonly prefix?: string
  /** Require a token of the data folder with the role of the route, as `spillway run` does. Off by default. */
  readonly tokens?: boolean
  /** Authorizes requests to routes with a role, in place of `tokens`. */
  readonly authorize?: Authorize
  /** Destination of decisions, each delivered once it is durable: `destination({ … })`, `webhook(…)`, `appendTo(…)`. */
  readonly decisions?: Effect
  /** Delete older events, unless a window, id or revision needs them. All events are kept by default. */
  readonly keep?: Duration
  /** Resource limits of this server, in place of the defaults. */
  readonly bounds?: Partial<ResourceLimits>
  /** Rate limit of each client, by token, name from `authorize`, or address. Answers 429 beyond it. */
  readonly rate?: RateLimit
  /** Adds further metrics to `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
}

declare module 'fastify' {
  interface FastifyInstance {
    spillway: Embedded
  }
}

const open: FastifyPluginAsync<EmbedOptions> = async (app, options) => {
  const { pipeline, data, keep } = options
  checkOptions(options)
  const onError = (error: unknown): void => app.log.error({ err: error as Error })
  const tokens = options.tokens === true ? tokensOf(data, onError) : undefined
  const feed = new CommitFeed()
  const running = await LiveRun.open(pipeline, data, {
    ...(await openDestinations(options)),
    onRecorded: feed.notify,
    onReport: report => app.log.warn(report),
    ...(keep !== undefined && { keep: retentionMs(pipeline.ir, durationMs(keep)) }),
  })
  try {
    attach(app, options, { running, feed, tokens, onError })
  } catch (error) {
    await running.stop()
    throw error
  }
}

/** The destinations of effects and of decisions. Throws as `openRoutes` does. */
async function openDestinations({ pipeline, decisions }: EmbedOptions): Promise<Pick<LiveRunOptions, 'sendings' | 'decisions'>> {
  const sendings = await openRoutes(pipeline, process.env)
  try {
    return { sendings, ...(decisions && { decisions: await openDecisionRoute(decisions, process.env) }) }
  } catch (error) {
    await closeRoutes(sendings)
    throw error
  }
}

interface OpenRun {
  readonly running: LiveRun
  readonly feed: CommitFeed
  readonly tokens: Tokens | undefined
  readonly onError: (error: unknown) => void
}

function attach(app: FastifyInstance, options: EmbedOptions, { running, feed, tokens, onError }: OpenRun): void {
  const { pipeline, data, prefix = '/spillway', bounds, rate, addMetrics, authorize } = options
  const { run, dispatcher } = running
  let isStopped = false
  // Fastify runs the last added hook first: the routes answer their requests and close before the run stops.
  app.addHook('onClose', () => {
    isStopped = true
    return running.stop()
  })
  run.ended.catch(onError)
  const assertRunning = (): void => {
    if (isStopped) throw stoppedError()
  }
  app.decorate('spillway', createEmbedded(run, pipeline.ir, assertRunning))
  const authorization = { ...(tokens && { tokens }), ...(authorize && { authorize }) }
  app.register(servePlugin, {
    run,
    pipeline,
    data,
    feed,
    effects: dispatcher,
    prefix,
    onError,
    ...authorization,
    ...(bounds && { bounds }),
    ...(rate && { rate }),
    ...(addMetrics && { addMetrics }),
  })
}

/** The tokens of the folder. Throws `SPILL_INPUT` if there are none: then no client could ever be authorized. */
function tokensOf(data: string, onError: (error: unknown) => void): Tokens {
  const tokens = new Tokens(data, onError)
  if (tokens.areRequired) return tokens
  throw new SpillwayError(
    'SPILL_INPUT',
    `spillway: tokens is true, and there are none in ${data}: spillway tokens add NAME --role ROLE --data ${data}`,
  )
}

/** Throws `SPILL_DEFINITION` or `SPILL_INPUT` for a wrong option. */
function checkOptions({ pipeline, data, tokens, authorize }: { readonly [N in keyof EmbedOptions]?: unknown }): void {
  if (!isPipeline(pipeline))
    throw new SpillwayError('SPILL_DEFINITION', `spillway: pipeline is ${show(pipeline)}; give the result of pipeline('…', [model])`)
  if (typeof data !== 'string' || data === '')
    throw new SpillwayError('SPILL_INPUT', `spillway: data is ${show(data)}; give the path of a data folder, such as '.spillway'`)
  if (tokens !== undefined && typeof tokens !== 'boolean')
    throw new SpillwayError('SPILL_INPUT', `spillway: tokens is ${show(tokens)}; true requires those of the data folder`)
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new SpillwayError('SPILL_INPUT', `spillway: authorize is ${show(authorize)}; give a function of the request and a role`)
  if (tokens === true && authorize !== undefined)
    throw new SpillwayError('SPILL_INPUT', 'spillway: tokens and authorize exclude each other; give one of them')
}

/** Is it a pipeline, by shape and not by class? It may come from a second copy of Spillway. */
function isPipeline(value: unknown): value is Runnable & ActionDefinitions {
  const { ir, maps } = Object(value) as Partial<Runnable>
  return typeof ir?.version === 'number' && maps instanceof Map
}

/**
 * The plugin. `app.ready()` rejects if an option is wrong or the data folder cannot be opened; `app.spillway` is the run in this process.
 *
 * @throws `SPILL_DEFINITION`, `SPILL_INPUT` for wrong options; `SPILL_BUSY` for a data folder that another process holds.
 *
 * @example
 * ```ts
 * const app = fastify()
 * await app.register(spillway, { pipeline: shop, data: '.spillway' })
 * await app.listen({ port: 3000 })
 * await app.spillway.submit(payments, [{ id: '1', card: 'c1', amount: 9.5, at: Date.now() }])
 * ```
 */
export const spillway: FastifyPluginAsync<EmbedOptions> = Object.assign(open, {
  // Decorates the server on which it is registered, rather than a context of its own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'spillway',
  [Symbol.for('plugin-meta')]: { name: 'spillway', fastify: '5.x' },
})
