/** A server's answers, typed by the definitions of its pipeline. */
import { pause, wallClock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/features.ts'
import type { Columns, RecordOf } from '../define/expression/kinds.ts'
import type { Model, VectorOf } from '../define/model/model.ts'
import type { RecordFor, Source } from '../define/source/source.ts'
import type { AskedDecision, DecidedEvent, Decision, KeyFeatures, Sent, StreamedDecision, StreamedEffect } from './answers.ts'
import { checkValues } from './feature-values.ts'
import { follow, type FollowOptions } from './follow.ts'
import { Http, type CallOptions, type Fetch, type HttpOptions } from './http.ts'
import { ClientError } from './client-error.ts'
import { jsonText } from './json-text.ts'
import { hasIds, keyTexts, type Definition, type KeyIn, type KeyOf } from './named.ts'
import { send, type SendOptions } from './send.ts'

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:7070`, with the prefix if there is one. In a browser it may be a path of the page's own server. */
  readonly url: string
  /** Sent as `Authorization: Bearer …`; a function is asked before each request. */
  readonly token?: string | (() => string | Promise<string>)
  readonly fetch?: Fetch
  /** Times that a request is sent before it is given up (CLIENT_TRIES). 1 sends nothing again. */
  readonly tries?: number
}

export interface FeatureOptions<R extends boolean> extends CallOptions {
  /** Give what there is where some features have no value, and say why, instead of rejecting. */
  readonly refused?: R
}

/** Features of which, if refused ones are allowed, some may be missing. */
type Given<F, R extends boolean> = R extends true ? Partial<F> : F

export interface EffectOptions extends FollowOptions {
  /** An action, or its name. */
  readonly action?: { readonly name: string } | string
}

export interface RecentOptions extends CallOptions {
  /** Only those about this key, as text. */
  readonly key?: string | number
  /** How many; 20 unless given, 1000 at most. */
  readonly limit?: number
}

export type Readiness =
  /** Without a token that may read, the server does not say which pipeline it runs, nor where its log stands. */
  { readonly ready: true; readonly pipeline?: string; readonly position?: number } | { readonly ready: false; readonly why: string }

/** Every call rejects with `ClientError`: the server's code and message, `SPILL_UNREACHABLE`, or what is wrong with what was given. A signal's reason, and what the user's own functions throw, come as they are. */
export interface Client {
  /**
   * Sends events; resolves when all of them are durable or refused. Many are split into requests, each after the one before. A request that may have been taken is sent
   * again only if the source has ids; one that the server turned away (429), always.
   */
  send<S extends Source>(source: S, records: Iterable<RecordFor<S>> | AsyncIterable<RecordFor<S>>, options?: SendOptions): Promise<Sent>
  /** The features of a key, now. Rejects with the code of a feature that has no value, unless `refused` allows it. */
  features<E extends Entities, F, R extends boolean = false>(
    group: Group<E, F>,
    key: KeyOf<E>,
    options?: FeatureOptions<R>,
  ): Promise<KeyFeatures<Given<FeaturesOf<Group<E, F>>, R>>>
  /** Features of several keys and groups, all of one moment: `featuresOf([[cardNow, 'c1'], [shopNow, 7]])`. */
  featuresOf<const G extends readonly Definition[], R extends boolean = false>(
    asks: { readonly [I in keyof G]: readonly [group: G[I], key: KeyIn<G[I]>] },
    options?: FeatureOptions<R>,
  ): Promise<{ readonly [I in keyof G]: KeyFeatures<Given<FeaturesOf<G[I]>, R>> }>
  /**
   * Asks a model that decides on request; resolves with its decision when that is durable. Not sent again where it may have been taken: it would be decided twice.
   */
  decide<I, C extends Columns>(model: Model<I, C>, fields: RecordOf<C>, options?: CallOptions): Promise<AskedDecision<VectorOf<Model<I>>>>
  /**
   * Sends one event and waits for what is decided on it. Where events have ids it is sent again when nobody knows whether it was taken: it is decided on once, and
   * who sends it again is told what was decided then.
   */
  decideOn<S extends Source>(source: S, record: RecordFor<S>, options?: CallOptions): Promise<DecidedEvent>
  /** Decisions as they become durable, for as long as they are read. Goes on by itself when the connection breaks, where it was. */
  decisions<I>(model: Model<I>, options?: FollowOptions): AsyncIterable<StreamedDecision<VectorOf<Model<I>>>>
  /**
   * What becomes of effects: each as it stands, whenever that has changed, for as long as they are read; of one `action` if it is named. Goes on by itself as
   * `decisions` does; of an effect that changed several times meanwhile there is the newest.
   */
  effects(options?: EffectOptions): AsyncIterable<StreamedEffect>
  /** The newest decisions, the oldest of them first. */
  recent<I>(model: Model<I>, options?: RecentOptions): Promise<Decision<VectorOf<Model<I>>>[]>
  /** Does the server's process answer? */
  healthy(options?: CallOptions): Promise<boolean>
  /** Does the run take events, or why not? */
  ready(options?: CallOptions): Promise<Readiness>
}

export function client(options: ClientOptions): Client {
  return clientOver(new Http(httpOptions(options)))
}

/** Throws `SPILL_INPUT`. */
export function httpOptions({ url, token, fetch = globalThis.fetch, tries = limits.CLIENT_TRIES }: ClientOptions): HttpOptions {
  checkAddress(url, fetch)
  if (!Number.isInteger(tries) || tries < 1) throw new ClientError('SPILL_INPUT', `tries is ${tries}; write a whole number from 1 on`)
  return {
    url: url.replace(/\/+$/, ''),
    token,
    // A browser's fetch must be called as the window's.
    fetch: (address, init) => fetch(address, init),
    tries,
    random: random(wallClock()),
    pause,
    answerMs: limits.CLIENT_ANSWER_MS,
    stillMs: limits.CLIENT_STILL_MS,
    gatherMs: limits.CLIENT_GATHER_MS,
  }
}

/** What no request could be made of is told at once, and not after as many tries as for a server that does not answer. */
function checkAddress(url: string, fetch: Fetch): void {
  const write = 'write http://127.0.0.1:7070, or /path in a browser'
  // Whatever it is, what stands in front of an @ may be a password, and the message may end in a log.
  if (/^[^/?#]*(?:\/\/[^/?#]*)?@/.test(url))
    throw new ClientError('SPILL_INPUT', `the address of a server holds no user and password; ${write}, and give a token`)
  if (/^\/(?!\/)/.test(url)) {
    if (fetch !== globalThis.fetch || 'location' in globalThis) return
    throw new ClientError('SPILL_INPUT', `'${url}' is a path, and there is no page whose server would be meant; ${write}`)
  }
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new ClientError('SPILL_INPUT', `${url.includes('@') ? 'that' : `'${url}'`} is no address of a server; ${write}`)
}

export function clientOver(http: Http): Client {
  return {
    send: (source, records, options = {}) => send(http, source, records, options),
    async features(group, key, { refused, signal } = {}) {
      const query = keyTexts(key).map(text => `key=${encodeURIComponent(text)}`)
      const path = `/features/${encodeURIComponent(group.name)}?${query.join('&')}`
      const answer = await http.json<KeyFeatures<never>>({ path, mayRepeat: true, signal })
      return refused ? answer : checkValues(answer)
    },
    async featuresOf(asks, { refused, signal } = {}) {
      const pairs = asks as readonly (readonly [Definition, unknown])[]
      const body = JSON.stringify({ asks: pairs.map(([{ name }, key]) => ({ group: name, key: keyTexts(key) })) })
      const ask = { path: '/features', body, type: 'application/json', mayRepeat: true, signal }
      const { answers } = await http.json<{ answers: KeyFeatures<unknown>[] }>(ask)
      return (refused ? answers : answers.map(checkValues)) as never
    },
    decide: async ({ name }, fields, { signal } = {}) =>
      http.json({
        path: `/models/${encodeURIComponent(name)}/decide`,
        body: jsonText('the request', fields),
        type: 'application/json',
        mayRepeat: false,
        signal,
      }),
    decideOn: async (source, record, { signal } = {}) =>
      http.json({
        path: `/sources/${encodeURIComponent(source.name)}/decide`,
        body: jsonText('the event', record),
        type: 'application/json',
        mayRepeat: hasIds(source),
        signal,
      }),
    decisions: ({ name }, options = {}) =>
      follow(http, { path: `/events?model=${encodeURIComponent(name)}`, event: 'decision' }, options) as AsyncIterable<never>,
    effects({ action, ...options } = {}) {
      const query = action === undefined ? '' : `?action=${encodeURIComponent(typeof action === 'string' ? action : action.name)}`
      return follow(http, { path: `/effects/stream${query}`, event: 'effect' }, options) as AsyncIterable<never>
    },
    async recent({ name }, { key, limit, signal } = {}) {
      const query = [
        ['model', name],
        ...(key === undefined ? [] : [['key', String(key)]]),
        ...(limit === undefined ? [] : [['limit', String(limit)]]),
      ]
      const path = `/decisions?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
      return (await http.json<{ decisions: never[] }>({ path, mayRepeat: true, signal })).decisions
    },
    healthy: ({ signal } = {}) => isHealthy(http, signal),
    ready: ({ signal } = {}) => readiness(http, signal),
  }
}

/** What the caller gave, a token that is none, says nothing of the server. */
const isOfServer = (error: unknown): error is ClientError => error instanceof ClientError && error.code !== 'SPILL_INPUT'

async function isHealthy(http: Http, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await http.once<{ status?: string }>({ path: '/healthz', mayRepeat: true, signal })).status === 'ok'
  } catch (error) {
    if (isOfServer(error)) return false
    throw error
  }
}

async function readiness(http: Http, signal: AbortSignal | undefined): Promise<Readiness> {
  try {
    const { pipeline, position } = await http.once<{ pipeline?: string; position?: number }>({ path: '/readyz', mayRepeat: true, signal })
    return { ready: true, ...(pipeline !== undefined && { pipeline }), ...(position !== undefined && { position }) }
  } catch (error) {
    if (isOfServer(error)) return { ready: false, why: error.message }
    throw error
  }
}
