/** The client of a server: typed calls by the definitions of its pipeline. */
import { pause, wallClock, limits, random } from '../base/index.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/index.ts'
import type { ColumnSpecs, RecordOf } from '../define/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'
import type { RecordFor, Source } from '../define/source/index.ts'
import type { AskedDecision, DecidedEvent, RecentDecisions, KeyFeatures, Sent, StreamedDecision, StreamedEffect } from './answers.ts'
import { requireValues, ClientError } from './client-error.ts'
import { followStream, type FollowOptions } from './follow.ts'
import { HttpClient, type ClientRequest, type CallOptions, type Fetch, type HttpOptions } from './http.ts'
import { jsonText } from './json-text.ts'
import { hasIds, keyTexts, type Definition, type KeyIn, type KeyOf } from './named.ts'
import { send, type SendOptions } from './send.ts'

/** The options of a client. */
export interface ClientOptions {
  /** Address of the server with its prefix: `http://127.0.0.1:7070`. In a browser it may be a path on the page's own server. */
  readonly url: string
  /** Token, sent as `Authorization: Bearer …`. A function is called before each request. */
  readonly token?: string | (() => string | Promise<string>)
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch
  /** Attempts at a request (CLIENT_TRIES). 1 disables retries. */
  readonly tries?: number
}

/** The options of `features` and `featuresOf`. */
export interface FeatureOptions<R extends boolean> extends CallOptions {
  /** Return the features that have values, and the reasons of the others, instead of rejecting. */
  readonly rejected?: R
}

/** The features of an answer: with `rejected: true` some may be missing. */
type FeaturesWithin<F, R extends boolean> = R extends true ? Partial<F> : F

/** The options of `effects`. */
export interface EffectOptions extends FollowOptions {
  /** Only effects of this action, or action name. */
  readonly action?: { readonly name: string } | string
}

/** The options of `recent`. */
export interface RecentOptions extends CallOptions {
  /** Only decisions about this key. */
  readonly key?: string | number
  /** Only decisions from this time on, UTC ms. */
  readonly since?: number
  /** Only decisions up to this time, UTC ms. */
  readonly until?: number
  /** Only decisions with at least this score. */
  readonly min?: number
  /** The page of older decisions: `next` of the last one. */
  readonly before?: string
  /** Greatest number of decisions: 20 by default, at most 1000. */
  readonly limit?: number
}

/** The readiness of a run to accept events. */
export type Readiness =
  /** The server tells its pipeline and the sequence number of its log only to clients with the role `read`. */
  { readonly ready: true; readonly pipeline?: string; readonly sequence?: number } | { readonly ready: false; readonly why: string }

/**
 * Calls to one server.
 *
 * Every call rejects with a `ClientError`: the server's code and message, `SPILL_UNREACHABLE`, or `SPILL_INPUT` for wrong arguments. The
 * reason of a signal, and errors of the user's own functions, are passed through.
 */
export interface Client {
  /**
   * Sends events. Resolves when all of them are durable or rejected. Many events are split into requests, one after the other.
   *
   * A request whose answer was lost is sent again only if the source has ids; a request that the server rejected (429) always is.
   *
   * @throws `ClientError` with `from`, the first event that is not acknowledged, and `sent`, the result before it.
   */
  send<S extends Source>(source: S, records: Iterable<RecordFor<S>> | AsyncIterable<RecordFor<S>>, options?: SendOptions): Promise<Sent>
  /**
   * Reads the features of a key now.
   *
   * @throws `ClientError` with the code of a feature without a value, unless `rejected` is true.
   */
  features<E extends Entities, F, R extends boolean = false>(
    group: Group<E, F>,
    key: KeyOf<E>,
    options?: FeatureOptions<R>,
  ): Promise<KeyFeatures<FeaturesWithin<FeaturesOf<Group<E, F>>, R>>>
  /** Reads features of several keys and groups, all at one as-of time: `featuresOf([[cardNow, 'c1'], [shopNow, 7]])`. */
  featuresOf<const G extends readonly Definition[], R extends boolean = false>(
    queries: { readonly [I in keyof G]: readonly [group: G[I], key: KeyIn<G[I]>] },
    options?: FeatureOptions<R>,
  ): Promise<{ readonly [I in keyof G]: KeyFeatures<FeaturesWithin<FeaturesOf<G[I]>, R>> }>
  /**
   * Requests a decision of a model. Resolves when the decision is durable. A request whose answer was lost is not sent again, since the
   * model would decide twice.
   */
  decide<I, C extends ColumnSpecs>(
    model: Model<I, C>,
    fields: RecordOf<C>,
    options?: CallOptions,
  ): Promise<AskedDecision<VectorOf<Model<I>>>>
  /**
   * Sends one event, and waits for the decisions on it. If the source has ids, an event whose answer was lost is sent again: decisions are
   * made once, and the second answer holds those of the first.
   */
  decideOn<S extends Source>(source: S, record: RecordFor<S>, options?: CallOptions): Promise<DecidedEvent>
  /**
   * Iterates over decisions as they become durable, without an end. Reconnects by itself, and resumes where it was.
   *
   * @example
   * ```ts
   * for await (const { key, score, place } of api.decisions(fraud, { after: '0' })) console.log(key, score, place)
   * ```
   */
  decisions<I>(model: Model<I>, options?: FollowOptions): AsyncIterable<StreamedDecision<VectorOf<Model<I>>>>
  /**
   * Iterates over the states of effects after each change, without an end. Reconnects as `decisions` does. An effect that changed several
   * times meanwhile comes once, in its newest state.
   */
  effects(options?: EffectOptions): AsyncIterable<StreamedEffect>
  /**
   * Reads the newest decisions.
   *
   * @example
   * ```ts
   * let before: string | undefined
   * do {
   *   const page = await api.recent(fraud, { min: 0.8, ...(before && { before }) })
   *   for (const { key, score } of page.decisions.toReversed()) console.log(key, score)
   *   before = page.next
   * } while (before)
   * ```
   */
  recent<I>(model: Model<I>, options?: RecentOptions): Promise<RecentDecisions<VectorOf<Model<I>>>>
  /** Does the server answer? Resolves with false if it does not. */
  healthy(options?: CallOptions): Promise<boolean>
  /** Does the run accept events? Resolves with the reason if it does not. */
  ready(options?: CallOptions): Promise<Readiness>
}

/**
 * Makes a client of a server. Nothing is sent before the first call.
 *
 * @throws `SPILL_INPUT` for an address that is no URL of a server, or holds a password; for `tries` below 1.
 *
 * @example
 * ```ts
 * const api = client({ url: 'http://127.0.0.1:7070' })
 * const { accepted, duplicates } = await api.send(payments, [{ id: '1', card: 'c1', amount: 9.5, at: Date.now() }])
 * const { features } = await api.features(cardNow, 'c1')
 * ```
 */
export function client(options: ClientOptions): Client {
  return clientWith(new HttpClient(httpOptions(options)))
}

/** Checks the options, and adds the defaults. Throws `SPILL_INPUT`. */
export function httpOptions({ url, token, fetch = globalThis.fetch, tries = limits.CLIENT_TRIES }: ClientOptions): HttpOptions {
  checkAddress(url, fetch)
  if (!Number.isInteger(tries) || tries < 1) throw new ClientError('SPILL_INPUT', `tries is ${tries}; write a whole number from 1 on`)
  return {
    url: url.replace(/\/+$/, ''),
    token,
    // A browser's `fetch` must be called on the window.
    fetch: (address, init) => fetch(address, init),
    tries,
    random: random(wallClock()),
    pause,
    answerMs: limits.CLIENT_ANSWER_MS,
    stillMs: limits.CLIENT_STILL_MS,
    gatherMs: limits.CLIENT_GATHER_MS,
  }
}

/** Checks the address at once, rather than after the attempts that an unreachable server gets. */
function checkAddress(url: string, fetch: Fetch): void {
  const fix = 'write http://127.0.0.1:7070, or /path in a browser'
  // Text before an @ may be a password, which must not get into a message: messages are logged.
  if (/^[^/?#]*(?:\/\/[^/?#]*)?@/.test(url))
    throw new ClientError('SPILL_INPUT', `the address of a server must not hold a user and password; ${fix}, and give a token`)
  if (/^\/(?!\/)/.test(url)) {
    if (fetch !== globalThis.fetch || 'location' in globalThis) return
    throw new ClientError('SPILL_INPUT', `'${url}' is a path, which needs the page of a browser; ${fix}`)
  }
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new ClientError('SPILL_INPUT', `${url.includes('@') ? 'that' : `'${url}'`} is no address of a server; ${fix}`)
}

/** The client on top of an `HttpClient`. */
export function clientWith(http: HttpClient): Client {
  return {
    send: (source, records, options = {}) => send(http, source, records, options),
    async features(group, key, { rejected, signal } = {}) {
      const query = keyTexts(key).map(text => `key=${encodeURIComponent(text)}`)
      const path = `/features/${encodeURIComponent(group.name)}?${query.join('&')}`
      const answer = await http.json<KeyFeatures<never>>({ path, isIdempotent: true, signal })
      return rejected ? answer : requireValues(answer)
    },
    async featuresOf(queries, { rejected, signal } = {}) {
      const pairs = queries as readonly (readonly [Definition, unknown])[]
      const body = JSON.stringify({ queries: pairs.map(([{ name }, key]) => ({ group: name, key: keyTexts(key) })) })
      const request: ClientRequest = { path: '/features', body, type: 'application/json', isIdempotent: true, signal }
      const { answers } = await http.json<{ answers: KeyFeatures<unknown>[] }>(request)
      return (rejected ? answers : answers.map(requireValues)) as never
    },
    decide: async ({ name }, fields, { signal } = {}) =>
      http.json({
        path: `/models/${encodeURIComponent(name)}/decide`,
        body: jsonText('the request', fields),
        type: 'application/json',
        isIdempotent: false,
        signal,
      }),
    decideOn: async (source, record, { signal } = {}) =>
      http.json({
        path: `/sources/${encodeURIComponent(source.name)}/decide`,
        body: jsonText('the event', record),
        type: 'application/json',
        isIdempotent: hasIds(source),
        signal,
      }),
    decisions: ({ name }, options = {}) =>
      followStream(http, { path: `/events?model=${encodeURIComponent(name)}`, event: 'decision' }, options) as AsyncIterable<never>,
    effects({ action, ...options } = {}) {
      const query = action === undefined ? '' : `?action=${encodeURIComponent(typeof action === 'string' ? action : action.name)}`
      return followStream(http, { path: `/effects/stream${query}`, event: 'effect' }, options) as AsyncIterable<never>
    },
    recent({ name }, { signal, ...query } = {}) {
      const parameters = Object.entries({ model: name, ...query }).filter(([, value]) => value !== undefined)
      const path = `/decisions?${parameters.map(([parameter, value]) => `${parameter}=${encodeURIComponent(value)}`).join('&')}`
      return http.json({ path, isIdempotent: true, signal })
    },
    healthy: ({ signal } = {}) => isHealthy(http, signal),
    ready: ({ signal } = {}) => readiness(http, signal),
  }
}

/** Does the error tell about the server? A malformed token of the caller does not. */
const isServerError = (error: unknown): error is ClientError => error instanceof ClientError && error.code !== 'SPILL_INPUT'

async function isHealthy(http: HttpClient, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await http.once<{ status?: string }>({ path: '/healthz', isIdempotent: true, signal })).status === 'ok'
  } catch (error) {
    if (isServerError(error)) return false
    throw error
  }
}

async function readiness(http: HttpClient, signal: AbortSignal | undefined): Promise<Readiness> {
  try {
    const { pipeline, sequence } = await http.once<{ pipeline?: string; sequence?: number }>({
      path: '/readyz',
      isIdempotent: true,
      signal,
    })
    return { ready: true, ...(pipeline !== undefined && { pipeline }), ...(sequence !== undefined && { sequence }) }
  } catch (error) {
    if (isServerError(error)) return { ready: false, why: error.message }
    throw error
  }
}
