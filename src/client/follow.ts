/** A stream of events as an iteration that has no end, and that its reader can end at any time. */
import { pause } from '../base/clock.ts'
import { ClientError } from './client-error.ts'
import { reached, type CallOptions, type Http } from './http.ts'
import { ServerEvents, type ServerEvent } from './server-events.ts'
import { untilAborted } from './until-aborted.ts'

export interface FollowOptions extends CallOptions {
  /** The place of an event: the stream goes on behind it. `'0'` is in front of all that are recorded; by default it begins with what comes from now on. */
  readonly after?: string | undefined
  /** Told why events behind `after` are not coming, before the stream goes on with what there is. Without it that ends the stream, as `SPILL_GAP`. */
  readonly onGap?: (why: string) => void
  /** Told each time that the stream broke off, before it is asked for again. */
  readonly onBreak?: (error: ClientError) => void
}

/** An event, and where it stands in the stream. */
interface Placed {
  readonly place: string
}

/** Which stream, and which of its events are wanted. */
export interface Followed {
  readonly path: string
  readonly event: string
}

/**
 * An iteration of a stream that never ends by itself: when it breaks off, it is asked for again behind the last event that was taken, without gap or repeat. Rejects if it cannot
 * be begun, after as many tries as any request has. `return` ends it at once, also while `next` waits, as the signal does: the connection is closed, and nothing more is given.
 */
export function follow(http: Http, followed: Followed, options: FollowOptions): AsyncIterableIterator<Placed, void, undefined> {
  const ending = new AbortController()
  const events = eventsBehind(http, followed, options, ending)
  const settled = async (result: Promise<IteratorResult<Placed, void>>): Promise<IteratorResult<Placed, void>> => {
    try {
      return await result
    } catch (error) {
      if (error !== RETURNED) throw error
      return { done: true, value: undefined }
    }
  }
  return {
    next: () => settled(events.next()),
    // A generator by itself would do it after the `next` that waits.
    return() {
      ending.abort(RETURNED)
      return settled(events.return())
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Why an iteration ended that its reader left. */
const RETURNED = Symbol('returned')

async function* eventsBehind(
  http: Http,
  { path, event: wanted }: Followed,
  { after, signal, onGap, onBreak }: FollowOptions,
  ending: AbortController,
): AsyncGenerator<Placed, void, undefined> {
  /** As the server told it. */
  let place: string | undefined
  let failures = 0
  let hasBegun = false
  let asked: number | undefined
  const end = (): void => ending.abort(signal!.reason)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end)
  try {
    while (true) {
      try {
        for await (const { id, event, data, retryMs } of eventsOf(
          http,
          place === undefined ? beginning(path, after) : path,
          place,
          ending.signal,
        )) {
          hasBegun = true
          failures = 0
          asked = retryMs
          if (event === 'gap') gap(data, onGap)
          if (id !== '') place = id
          if (event === wanted) yield { ...(JSON.parse(data) as object), place: id }
          // What else came in the same piece is not given.
          ending.signal.throwIfAborted()
        }
        throw new ClientError('SPILL_UNREACHABLE', 'the stream ended')
      } catch (error) {
        ending.signal.throwIfAborted()
        if (!(error instanceof ClientError) || !error.isPassing) throw error
        failures++
        if (!hasBegun && failures >= http.options.tries) throw error
        onBreak?.(error)
        await http.wait(failures, error.retryAfterMs ?? asked, ending.signal)
      }
    }
  } finally {
    signal?.removeEventListener('abort', end)
  }
}

const beginning = (path: string, after: string | undefined): string =>
  after === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`

async function* eventsOf(http: Http, path: string, place: string | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stop = new AbortController()
  const { url, stillMs } = http.options
  const headers = { accept: 'text/event-stream', ...(place !== undefined && { 'last-event-id': place }) }
  const ask = { path, headers, mayRepeat: true, signal }
  try {
    const response = await alive(untilAborted(http.open(ask, stop), signal), url, stillMs)
    const reader = response.body!.getReader()
    const decoder = new TextDecoder()
    const events = new ServerEvents()
    while (true) {
      const { done, value } = await alive(untilAborted(reached(reader.read(), signal, url), signal), url, stillMs)
      if (done) return
      yield* events.take(decoder.decode(value, { stream: true }))
    }
  } finally {
    stop.abort()
  }
}

/** Rejects when there is no sign of life: the server sends one every 15 s, so that its machine, or what is between, is gone. */
async function alive<T>(sign: Promise<T>, url: string, stillMs: number): Promise<T> {
  const isDone = new AbortController()
  const late = pause(stillMs, isDone.signal).then((): never => {
    throw new ClientError('SPILL_UNREACHABLE', `no sign of life from ${url} for ${stillMs} ms (CLIENT_STILL_MS)`)
  })
  for (const either of [sign, late]) either.catch(() => {})
  try {
    return await Promise.race([sign, late])
  } finally {
    isDone.abort()
  }
}

function gap(data: string, onGap: FollowOptions['onGap']): void {
  const { why } = JSON.parse(data) as { why: string }
  if (!onGap) throw new ClientError('SPILL_GAP', `${why}; give onGap to go on all the same`)
  onGap(why)
}
