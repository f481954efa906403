/** A client of a test's server that waits for nothing, and whose network fails where the test says so. */
import { HttpClient, type Fetch } from '../../src/client/http.ts'
import { clientWith, httpOptions, type Client, type ClientOptions } from '../../src/client/client.ts'

export interface Caller {
  readonly api: Client
  /** Requests that were made, as `POST /path`. */
  readonly asked: string[]
  /** Milliseconds that it would have waited before each further try. */
  readonly waits: number[]
  /** What happens to the next requests, one each, instead of what would. */
  readonly next: ((go: () => Promise<Response>) => Promise<Response>)[]
}

export function caller(
  options: ClientOptions,
  patience: { readonly answerMs?: number; readonly stillMs?: number; readonly gatherMs?: number } = {},
): Caller {
  const asked: string[] = []
  const waits: number[] = []
  const next: Caller['next'] = []
  const through: Fetch = (url, init) => {
    asked.push(`${init.method ?? 'GET'} ${url.slice(options.url.length)}`)
    const go = () => fetch(url, init)
    return (next.shift() ?? (go => go()))(go)
  }
  const http = new HttpClient({
    ...httpOptions({ fetch: through, ...options }),
    ...patience,
    random: () => 0,
    pause: async ms => void waits.push(ms),
  })
  return { api: clientWith(http), asked, waits, next }
}

/** An answer that somebody in front of the server gives. */
export const answering =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Caller['next'][number] =>
  async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })

/** The server does it, and its answer is lost. */
export const losing: Caller['next'][number] = async go => {
  await (await go()).text()
  throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })
}

/** The request does not get there. */
export const failing: Caller['next'][number] = async () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
}

export const overload = answering(429, { code: 'SPILL_OVERLOAD', message: 'too much' }, { 'retry-after': '2' })
