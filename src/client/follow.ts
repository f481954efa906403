/**
 * Follows an event stream as an endless iteration. When the connection breaks, it reconnects after the last event that was read, without
 * gaps or duplicates.
 */
import { withDeadline, limits } from '../base/index.ts'
import { ClientError } from './client-error.ts'
import { withNetworkErrors, abortable, type ClientRequest, type CallOptions, type HttpClient } from './http.ts'

/** The options of an endless iteration. */
export interface FollowOptions extends CallOptions {
  /** The place of an event after which to begin. `'0'` is before all recorded events; new events only by default. */
  readonly after?: string | undefined
  /** Called with the reason if events after `after` were deleted; then the stream continues. Without it: `SPILL_GAP`. */
  readonly onGap?: (why: string) => void
  /** Called each time that the connection breaks, before the next attempt. */
  readonly onBreak?: (error: ClientError) => void
}

/** An event with its position in the stream. */
interface PlacedEvent {
  readonly place: string
}

/** The path of a stream, and the name of its events. */
interface FollowedStream {
  readonly path: string
  readonly event: string
}

/**
 * The iteration of a stream. Rejects if the first connection fails, after as many attempts as a request gets; later it reconnects for
 * ever. `return` and the signal end it at once, also while `next` waits: they close the connection.
 */
export function followStream(
  http: HttpClient,
  followed: FollowedStream,
  options: FollowOptions,
): AsyncIterableIterator<PlacedEvent, void, undefined> {
  const ending = new AbortController()
  const events = eventsAfter(http, followed, options, ending)
  const settled = async (result: Promise<IteratorResult<PlacedEvent, void>>): Promise<IteratorResult<PlacedEvent, void>> => {
    try {
      return await result
    } catch (error) {
      if (error !== RETURNED) throw error
      return { done: true, value: undefined }
    }
  }
  return {
    next: () => settled(events.next()),
    // `return` of a generator alone would wait for the pending `next`.
    return() {
      ending.abort(RETURNED)
      return settled(events.return())
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The abort reason of an iteration that its consumer left. */
const RETURNED = Symbol('returned')

async function* eventsAfter(
  http: HttpClient,
  { path, event: name }: FollowedStream,
  { after, signal, onGap, onBreak }: FollowOptions,
  ending: AbortController,
): AsyncGenerator<PlacedEvent, void, undefined> {
  /** The last id of the stream. */
  let place: string | undefined
  let failures = 0
  let hasBegun = false
  let retryAfterMs: number | undefined
  const end = (): void => ending.abort(signal!.reason)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end)
  try {
    while (true) {
      try {
        for await (const { id, event, data, retryMs } of eventsOf(
          http,
          place === undefined ? firstPath(path, after) : path,
          place,
          ending.signal,
        )) {
          hasBegun = true
          failures = 0
          retryAfterMs = retryMs
          if (event === 'gap') reportGap(data, onGap)
          if (id !== '') place = id
          if (event === name) yield { ...(JSON.parse(data) as object), place: id }
          // Further events of the same chunk are not yielded after an abort.
          ending.signal.throwIfAborted()
        }
        throw new ClientError('SPILL_UNREACHABLE', 'the stream ended')
      } catch (error) {
        ending.signal.throwIfAborted()
        if (!(error instanceof ClientError) || !error.isPassing) throw error
        failures++
        if (!hasBegun && failures >= http.options.tries) throw error
        onBreak?.(error)
        await http.wait(failures, error.retryAfterMs ?? retryAfterMs, ending.signal)
      }
    }
  } finally {
    signal?.removeEventListener('abort', end)
  }
}

const firstPath = (path: string, after: string | undefined): string =>
  after === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`

async function* eventsOf(http: HttpClient, path: string, place: string | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stop = new AbortController()
  const { url, stillMs } = http.options
  const headers = { accept: 'text/event-stream', ...(place !== undefined && { 'last-event-id': place }) }
  const request: ClientRequest = { path, headers, isIdempotent: true, signal }
  try {
    const response = await withinSilence(abortable(http.open(request, stop), signal), url, stillMs)
    const reader = response.body!.getReader()
    const decoder = new TextDecoder()
    const events = new ServerEventParser()
    while (true) {
      const { done, value } = await withinSilence(abortable(withNetworkErrors(reader.read(), signal, url), signal), url, stillMs)
      if (done) return
      yield* events.parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    stop.abort()
  }
}

/** Rejects if the server is silent for `stillMs`: it sends a heartbeat each 15 s, so the connection is dead. */
const withinSilence = <T>(sign: Promise<T>, url: string, stillMs: number): Promise<T> =>
  withDeadline(sign, stillMs, () => {
    throw new ClientError('SPILL_UNREACHABLE', `no sign of life from ${url} for ${stillMs} ms (CLIENT_STILL_MS)`)
  })

/** Reports a gap to the caller. Throws `SPILL_GAP` without `onGap`. */
function reportGap(data: string, onGap: FollowOptions['onGap']): void {
  const { why } = JSON.parse(data) as { why: string }
  if (!onGap) throw new ClientError('SPILL_GAP', `${why}; pass onGap to continue after the gap`)
  onGap(why)
}

/** One event of a stream. */
interface ServerEvent {
  /** The last id of the stream: of this event, or of an earlier one. */
  readonly id: string
  readonly event: string
  /** Empty for an event with an id alone. */
  readonly data: string
  /** Milliseconds to wait before a reconnect, if the stream has set them. */
  readonly retryMs: number | undefined
}

/** The parser of one stream. */
export class ServerEventParser {
  #rest = ''
  #id = ''
  #hasNewId = false
  #retryMs: number | undefined
  #event = ''
  #data: string[] = []
  /** Characters of the data. */
  #chars = 0

  /** The events that end in this chunk, in order. Throws `SPILL_LIMIT` for an event that is too long. */
  parse(chunk: string): ServerEvent[] {
    const text = this.#rest + chunk
    const events: ServerEvent[] = []
    let start = 0
    // A carriage return at the end of the chunk may be the first half of a CR LF.
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      const event = this.#line(text.slice(start, index))
      if (event) events.push(event)
      start = index + end.length
    }
    this.#rest = text.slice(start)
    if (this.#rest.length + this.#chars > limits.CLIENT_EVENT_CHARS_MAX)
      throw new ClientError('SPILL_LIMIT', `an event of more than ${limits.CLIENT_EVENT_CHARS_MAX} characters (CLIENT_EVENT_CHARS_MAX)`)
    return events
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#end()
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      this.#data.push(value)
      this.#chars += value.length
    } else if (field === 'event') this.#event = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.#retryMs = Number(value)
    else if (field === 'id') {
      this.#id = value
      this.#hasNewId = true
    }
    return undefined
  }

  #end(): ServerEvent | undefined {
    const event = { id: this.#id, event: this.#event, data: this.#data.join('\n'), retryMs: this.#retryMs }
    const isEvent = this.#hasNewId || this.#data.length > 0
    this.#hasNewId = false
    this.#event = ''
    this.#data = []
    this.#chars = 0
    return isEvent ? event : undefined
  }
}
