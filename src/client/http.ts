/**
 * Requests to one server, and their answers or errors. A request is sent again, later each time, where that cannot do anything twice: where the server turned it
 * away at the door, and, if it may be repeated, where nobody knows whether it was taken.
 */
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import { waitMs } from './backoff.ts'
import { ClientError, errorOf } from './client-error.ts'
import { untilAborted } from './until-aborted.ts'

/** `fetch`, or what stands in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. What was sent may have been taken. */
  readonly signal?: AbortSignal | undefined
}

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

export interface Ask extends CallOptions {
  readonly path: string
  /** With a body it is a POST. */
  readonly body?: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Doing it twice is as good as doing it once. */
  readonly mayRepeat: boolean
}

export class Http {
  readonly options: HttpOptions

  constructor(options: HttpOptions) {
    this.options = options
  }

  /** The JSON of the answer. Rejects with `ClientError`. */
  async json<T>(ask: Ask): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once<T>(ask)
      } catch (error) {
        if (!(error instanceof ClientError) || tries >= this.options.tries || !mayGoAgain(error, ask)) throw error
        await this.wait(tries, error.retryAfterMs, ask.signal)
      }
    }
  }

  /** As `json`, without a second try. */
  async once<T>(ask: Ask): Promise<T> {
    const { answerMs, url } = this.options
    const stop = new AbortController()
    const isDone = new AbortController()
    const answered = untilAborted(this.#answer<T>(ask, stop), ask.signal)
    const late = pause(answerMs, isDone.signal).then((): never => {
      throw new ClientError('SPILL_UNREACHABLE', `no answer from ${url} within ${answerMs} ms (CLIENT_ANSWER_MS)`)
    })
    // Whichever comes second is nobody's.
    for (const either of [answered, late]) either.catch(() => {})
    try {
      return await Promise.race([answered, late])
    } finally {
      isDone.abort()
      stop.abort()
    }
  }

  /** An answer whose body is not yet read; `stop` ends it. Rejects with `ClientError`. */
  async open({ path, body, type, headers, signal }: Ask, stop: AbortController): Promise<Response> {
    signal?.throwIfAborted()
    const { url, fetch } = this.options
    const init: RequestInit = {
      ...(body !== undefined && { method: 'POST', body }),
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }), ...(await this.#authorization()) },
      // To be led elsewhere would take the events, or the token, to somebody whom nobody named.
      redirect: 'error',
      signal: signal ? AbortSignal.any([stop.signal, signal]) : stop.signal,
    }
    const response = await reached(fetch(`${url}${path}`, init), signal, url)
    if (!response.ok) throw await errorOf(response)
    return response
  }

  async #answer<T>(ask: Ask, stop: AbortController): Promise<T> {
    const response = await this.open(ask, stop)
    return parsed<T>(response, await reached(response.text(), ask.signal, this.options.url))
  }

  async #authorization(): Promise<{ readonly authorization?: string }> {
    const { token: given } = this.options
    if (given === undefined) return {}
    const token = typeof given === 'function' ? await given() : given
    // What fetch says of a header that is none would tell the token.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new ClientError('SPILL_INPUT', 'the token is empty, or holds a space or a line end')
    return { authorization: `Bearer ${token}` }
  }

  /** Waits for the next try after so many failures, and no less than was asked for. Rejects when the call is ended. */
  async wait(failures: number, askedMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    await this.options.pause(waitMs(failures, this.options.random, askedMs), signal)
    signal?.throwIfAborted()
  }
}

function mayGoAgain(error: ClientError, { mayRepeat }: Ask): boolean {
  const isInTime = (error.retryAfterMs ?? 0) <= limits.CLIENT_WAIT_MS_MAX
  return isInTime && (error.wasTurnedAway || (mayRepeat && error.isPassing))
}

/** Rejects with the reason that the call was ended for, or with why the server cannot be reached. */
export async function reached<T>(answer: Promise<T>, signal: AbortSignal | undefined, url: string): Promise<T> {
  try {
    return await answer
  } catch (error) {
    signal?.throwIfAborted()
    // `fetch failed` says nothing; its cause does, where there is one.
    const { message, cause } = error as Error
    const why = cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message
    throw new ClientError('SPILL_UNREACHABLE', `${url} cannot be reached, or broke off: ${why}`, { cause: error })
  }
}

function parsed<T>(response: Response, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ClientError('SPILL_UNREACHABLE', `not Spillway, but something in front of it answered: no JSON at ${response.url}`)
  }
}
