/**
 * HTTP requests to one server, with retries and exponential backoff.
 *
 * A request is sent again only where that cannot apply it twice: if the server rejected it unprocessed, or if it is idempotent and its
 * answer was lost.
 */
import { limits, pause, withDeadline, type Random } from '../base/index.ts'
import { ClientError, responseError } from './client-error.ts'

/** The signature of `fetch`, as far as the client uses it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The options of every call. */
export interface CallOptions {
  /** Aborts the call, which rejects with the signal's reason. The server may have processed the request. */
  readonly signal?: AbortSignal | undefined
}

/** The options of a client, with defaults. */
export interface HttpOptions {
  readonly url: string
  readonly token: string | (() => string | Promise<string>) | undefined
  readonly fetch: Fetch
  readonly tries: number
  readonly random: Random
  readonly pause: typeof pause
  readonly answerMs: number
  readonly stillMs: number
  readonly gatherMs: number
}

/** A request to a server. */
export interface ClientRequest extends CallOptions {
  readonly path: string
  /** A request with a body is a POST. */
  readonly body?: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The request is idempotent. */
  readonly isIdempotent: boolean
}

/** Requests with the options of one client. */
export class HttpClient {
  readonly options: HttpOptions

  constructor(options: HttpOptions) {
    this.options = options
  }

  /** Sends a request, with retries, and returns the JSON of the answer. Rejects with `ClientError`. */
  async json<T>(request: ClientRequest): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once<T>(request)
      } catch (error) {
        if (!(error instanceof ClientError) || attempt >= this.options.tries || !mayRetry(error, request)) throw error
        await this.wait(attempt, error.retryAfterMs, request.signal)
      }
    }
  }

  /** As `json`, without retries. */
  async once<T>(request: ClientRequest): Promise<T> {
    const { answerMs, url } = this.options
    const stop = new AbortController()
    try {
      return await withDeadline(abortable(this.#answer<T>(request, stop), request.signal), answerMs, () => {
        throw new ClientError('SPILL_UNREACHABLE', `no answer from ${url} within ${answerMs} ms (CLIENT_ANSWER_MS)`)
      })
    } finally {
      stop.abort()
    }
  }

  /** Sends a request, and returns the response before its body is read; `stop` closes it. Rejects with `ClientError`. */
  async open({ path, body, type, headers, signal }: ClientRequest, stop: AbortController): Promise<Response> {
    signal?.throwIfAborted()
    const { url, fetch } = this.options
    const init: RequestInit = {
      ...(body !== undefined && { method: 'POST', body }),
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }), ...(await this.#authorization()) },
      // A redirect would send the events and the token to an address that the caller did not name.
      redirect: 'error',
      signal: signal ? AbortSignal.any([stop.signal, signal]) : stop.signal,
    }
    const response = await withNetworkErrors(fetch(`${url}${path}`, init), signal, url)
    if (!response.ok) throw await responseError(response)
    return response
  }

  async #answer<T>(request: ClientRequest, stop: AbortController): Promise<T> {
    const response = await this.open(request, stop)
    return parseJson<T>(response, await withNetworkErrors(response.text(), request.signal, this.options.url))
  }

  async #authorization(): Promise<{ readonly authorization?: string }> {
    const { token: option } = this.options
    if (option === undefined) return {}
    const token = typeof option === 'function' ? await option() : option
    // The message of `fetch` for an invalid header would contain the token.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new ClientError('SPILL_INPUT', 'the token is empty, or holds a space or a line end')
    return { authorization: `Bearer ${token}` }
  }

  /** Waits for the next attempt, at least as long as the server wants. Rejects when the call is aborted. */
  async wait(failures: number, retryAfterMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    await this.options.pause(retryWaitMs(failures, this.options.random, retryAfterMs), signal)
    signal?.throwIfAborted()
  }
}

function mayRetry(error: ClientError, { isIdempotent }: ClientRequest): boolean {
  const isInTime = (error.retryAfterMs ?? 0) <= limits.CLIENT_WAIT_MS_MAX
  return isInTime && (error.wasTurnedAway || (isIdempotent && error.isPassing))
}

/** Settles as `answer` does, with network errors as `SPILL_UNREACHABLE`, and aborts as the signal's reason. */
export async function withNetworkErrors<T>(answer: Promise<T>, signal: AbortSignal | undefined, url: string): Promise<T> {
  try {
    return await answer
  } catch (error) {
    signal?.throwIfAborted()
    // The message `fetch failed` lacks the reason; its cause, if there is one, has it.
    const { message, cause } = error as Error
    const why = cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message
    throw new ClientError('SPILL_UNREACHABLE', `${url} cannot be reached, or broke off: ${why}`, { cause: error })
  }
}

function parseJson<T>(response: Response, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ClientError('SPILL_UNREACHABLE', `not Spillway, but something in front of it answered: no JSON at ${response.url}`)
  }
}

/** Settles as the promise does, or rejects with the signal's reason. A promise of the user's may ignore the signal, and never settle. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

const FIRST_WAIT_MS = 100

/**
 * Exponential backoff with jitter, so that clients do not return at once: milliseconds to wait after `failures` failures, from 1. At
 * least `retryAfterMs`, with jitter too, since all rejected clients got the same value.
 */
export function retryWaitMs(failures: number, random: Random, retryAfterMs = 0): number {
  const longest = Math.min(limits.CLIENT_WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** (failures - 1))
  const backoff = longest * (0.5 + random() / 2)
  return retryAfterMs > 0 ? Math.max(retryAfterMs * (1 + random() / 4), backoff) : backoff
}
