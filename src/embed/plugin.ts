/**
 * The Fastify plugin `spillway`: opens a data folder, runs a pipeline in it, and serves the pipeline under a prefix while the server lives.
 *
 * Its routes have a Fastify context of their own, so that body parsers and error handlers of the server stay as they are. Hooks that the
 * user adds before the plugin, such as authentication, apply to its routes, too.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'
import { SpillwayError, show, type StrictOmit } from '../base/index.ts'
import {
  checkRunOptions,
  type OpenedRun,
  openRun,
  type PipelineRun,
  type RunnablePipeline,
  type SharedRunOptions,
} from '../runner/index.ts'
import { CommitFeed } from '../serve/events/index.ts'
import { type ResourceLimits, type RateLimit, Tokens } from '../serve/access/index.ts'
import { type Authorize, servePlugin } from '../serve/index.ts'

/**
 * The options of the plugin `spillway`.
 *
 * @example
 * ```ts
 * await app.register(spillway, { pipeline: shop, data: '.spillway', prefix: '/flow', keep: '90d' })
 * ```
 */
export interface EmbedOptions extends SharedRunOptions {
  /** The result of `pipeline('…', [ … ])`. */
  readonly pipeline: RunnablePipeline
  /** Prefix of all routes; `/spillway` by default. */
  readonly prefix?: string
  /** Require a token of the data folder with the role of the route, as `spillway run` does. Off by default. */
  readonly tokens?: boolean
  /** Authorizes requests to routes with a role, in place of `tokens`. */
  readonly authorize?: Authorize
  /** Resource limits of this server, in place of the defaults. */
  readonly bounds?: Partial<ResourceLimits>
  /** Rate limit of each client, by token, name from `authorize`, or address. Answers 429 beyond it. */
  readonly rate?: RateLimit
  /** The folder of `spillway audit` whose report the dashboard shows; `audit` by default. */
  readonly auditFolder?: string
  /** Adds further metrics to `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
}

/** `app.spillway`: the run of the plugin, in the same process. The server stops it. */
export type Embedded = StrictOmit<PipelineRun, 'stop' | typeof Symbol.asyncDispose>

declare module 'fastify' {
  interface FastifyInstance {
    spillway: Embedded
  }
}

const open: FastifyPluginAsync<EmbedOptions> = async (app, options) => {
  checkOptions(options)
  const onError = (error: unknown): void => app.log.error({ err: error as Error })
  const onReport = (message: string): void => app.log.warn(message)
  const tokens = options.tokens === true ? tokensOf(options.data, onError) : undefined
  const feed = new CommitFeed()
  const opened = await openRun(options.pipeline, options, { env: process.env, onReport, onRecorded: feed.notify })
  const { running } = opened
  for (const ended of [running.run.ended, running.sourcesEnded]) ended.catch(onError)
  try {
    attach(app, options, { ...opened, feed, tokens, onError })
  } catch (error) {
    await running.stop()
    throw error
  }
}

interface ServedRun extends OpenedRun {
  readonly feed: CommitFeed
  readonly tokens: Tokens | undefined
  readonly onError: (error: unknown) => void
}

function attach(app: FastifyInstance, options: EmbedOptions, { running, operations, feed, lineage, tokens, onError }: ServedRun): void {
  const { pipeline, data, prefix = '/spillway', bounds, rate, addMetrics, authorize, auditFolder } = options
  const { control, monitor, reconciliations, stopJobs } = operations
  // The server waits for open requests, which may wait for a job. They are answered before it closes idle connections.
  app.addHook('preClose', stopJobs)
  // Fastify runs the last added hook first: the routes answer their requests and close before the run stops.
  app.addHook('onClose', () => running.stop())
  app.decorate('spillway', running)
  const authorization = { ...(tokens && { tokens }), ...(authorize && { authorize }) }
  app.register(servePlugin, {
    run: running.run,
    pipeline,
    data,
    feed,
    control,
    monitor,
    lineage,
    reconcile: reconciliations.request,
    prefix,
    onError,
    ...authorization,
    ...(bounds && { bounds }),
    ...(rate && { rate }),
    ...(auditFolder !== undefined && { auditFolder }),
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
function checkOptions({ pipeline, tokens, authorize, ...options }: { readonly [N in keyof EmbedOptions]?: unknown }): void {
  checkRunOptions('spillway', pipeline, options)
  if (tokens !== undefined && typeof tokens !== 'boolean')
    throw new SpillwayError('SPILL_INPUT', `spillway: tokens is ${show(tokens)}; true requires those of the data folder`)
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new SpillwayError('SPILL_INPUT', `spillway: authorize is ${show(authorize)}; give a function of the request and a role`)
  if (tokens === true && authorize !== undefined)
    throw new SpillwayError('SPILL_INPUT', 'spillway: tokens and authorize exclude each other; give one of them')
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
