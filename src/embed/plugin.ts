/**
 * The plugin `spillway` of Fastify: opens the data folder, runs the pipeline in it, and serves it under a prefix, for as long as the server lives.
 *
 * Its routes stand in a context of their own, so that bodies and errors of the rest of the server are as they were; what the user puts in front
 * of all routes, who may come in for one, is in front of these too.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'
import { sendingsOf, type Acting } from '../action/sendings.ts'
import { SpillwayError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import { durationMs, type Duration } from '../base/time.ts'
import type { Runnable } from '../run/recovery/opening.ts'
import { stoppedError } from '../run/groups/shutdown.ts'
import { keptFor } from '../run/recovery/retention.ts'
import { Running } from '../run/loop/live-run.ts'
import { Feed } from '../serve/events/run-feed.ts'
import type { Bounds } from '../serve/access/resource-limits.ts'
import type { Authorize } from '../serve/context/options.ts'
import type { RateLimit } from '../serve/access/rate-limit.ts'
import { servePlugin } from '../serve/plugin.ts'
import { Tokens } from '../serve/access/tokens.ts'
import { embedded, type Embedded } from './embedded.ts'

export interface EmbedOptions {
  /** What `pipeline('…', [ … ])` gave. */
  readonly pipeline: Runnable & Acting
  /** The data folder; made if there is none. This process alone holds it. */
  readonly data: string
  /** In front of all routes; `/spillway` unless given. */
  readonly prefix?: string
  /** Ask each request for a token of the data folder that has the role of its route, as a server of its own does; nobody is asked unless given. */
  readonly tokens?: boolean
  /** Your own word on who may, for each route that has a role; in place of `tokens`. */
  readonly authorize?: Authorize
  /** Forget events that arrived longer ago, where no window, id or revision needs them; all are kept unless given. */
  readonly keep?: Duration
  readonly bounds?: Partial<Bounds>
  /** How often each client, by its token, what `authorize` calls it, or its address, may come: beyond that 429. */
  readonly rate?: RateLimit
  /** Adds what else is to be told at `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
}

declare module 'fastify' {
  interface FastifyInstance {
    spillway: Embedded
  }
}

const open: FastifyPluginAsync<EmbedOptions> = async (app, options) => {
  const { pipeline, data, keep } = options
  check(options)
  const onError = (error: unknown): void => app.log.error({ err: error as Error })
  const tokens = options.tokens === true ? tokensOf(data, onError) : undefined
  const feed = new Feed()
  const running = await Running.open(pipeline, data, {
    sendings: await sendingsOf(pipeline, process.env),
    onRecorded: feed.tell,
    onReport: report => app.log.warn(report),
    ...(keep !== undefined && { keep: keptFor(pipeline.ir, durationMs(keep)) }),
  })
  try {
    attach(app, options, { running, feed, tokens, onError })
  } catch (error) {
    await running.stop()
    throw error
  }
}

interface Attached {
  readonly running: Running
  readonly feed: Feed
  readonly tokens: Tokens | undefined
  readonly onError: (error: unknown) => void
}

function attach(app: FastifyInstance, options: EmbedOptions, { running, feed, tokens, onError }: Attached): void {
  const { pipeline, data, prefix = '/spillway', bounds, rate, addMetrics, authorize } = options
  const { run, dispatcher } = running
  let isStopped = false
  // Fastify closes what was added last first: requests are answered, and the routes have let go, before the run stops.
  app.addHook('onClose', () => {
    isStopped = true
    return running.stop()
  })
  run.ended.catch(onError)
  const checkRuns = (): void => {
    if (isStopped) throw stoppedError()
  }
  app.decorate('spillway', embedded(run, pipeline.ir, checkRuns))
  const who = { ...(tokens && { tokens }), ...(authorize && { authorize }) }
  app.register(servePlugin, {
    run,
    pipeline,
    data,
    feed,
    effects: dispatcher,
    prefix,
    onError,
    ...who,
    ...(bounds && { bounds }),
    ...(rate && { rate }),
    ...(addMetrics && { addMetrics }),
  })
}

/** Throws `SPILL_INPUT` where there are none: whoever has asked for tokens shall not find the door open, or shut for ever. */
function tokensOf(data: string, onError: (error: unknown) => void): Tokens {
  const tokens = new Tokens(data, onError)
  if (tokens.areAsked) return tokens
  throw new SpillwayError(
    'SPILL_INPUT',
    `spillway: requests are to have tokens, and there are none in ${data}: spillway tokens add NAME --role ROLE --data ${data}`,
  )
}

/** Throws `SPILL_DEFINITION`, `SPILL_INPUT`. */
function check({ pipeline, data, tokens, authorize }: { readonly [N in keyof EmbedOptions]?: unknown }): void {
  if (!isPipeline(pipeline))
    throw new SpillwayError('SPILL_DEFINITION', `spillway: pipeline is ${show(pipeline)}; give what pipeline('…', [model]) gives`)
  if (typeof data !== 'string' || data === '')
    throw new SpillwayError('SPILL_INPUT', `spillway: data is ${show(data)}; give the path of a data folder, such as '.spillway'`)
  if (tokens !== undefined && typeof tokens !== 'boolean')
    throw new SpillwayError('SPILL_INPUT', `spillway: tokens is ${show(tokens)}; true asks for those of the data folder`)
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new SpillwayError('SPILL_INPUT', `spillway: authorize is ${show(authorize)}; give a function of the request and a role`)
  if (tokens === true && authorize !== undefined)
    throw new SpillwayError('SPILL_INPUT', 'spillway: tokens and authorize each say who may; give one of them')
}

/** By shape, not by class: it may have been made by another copy of Spillway. */
function isPipeline(value: unknown): value is Runnable & Acting {
  const { ir, maps } = Object(value) as Partial<Runnable>
  return typeof ir?.version === 'number' && maps instanceof Map
}

/** `await app.register(spillway, { pipeline, data })`; a mistake in that is what `app.ready()` rejects with. */
export const spillway: FastifyPluginAsync<EmbedOptions> = Object.assign(open, {
  // What it decorates is the server that it is registered on, and not a context below it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'spillway',
  [Symbol.for('plugin-meta')]: { name: 'spillway', fastify: '5.x' },
})
