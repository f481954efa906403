/** A client of a test's server without real waits, and with a network that fails on demand. */
import { HttpClient, type Fetch } from '../../src/client/http.ts'
import { clientWith, httpOptions, type Client, type ClientOptions } from '../../src/client/client.ts'

export interface Caller {
  readonly api: Client
  /** Requests, as `POST /path`. */
  readonly requests: string[]
  /** Milliseconds that it would have waited before each retry. */
  readonly waits: number[]
  /** Behaviour of the next requests, one each, instead of the normal one. */
  readonly next: ((go: () => Promise<Response>) => Promise<Response>)[]
}

export function caller(
  options: ClientOptions,
  patience: { readonly answerMs?: number; readonly stillMs?: number; readonly gatherMs?: number } = {},
): Caller {
  const requests: string[] = []
  const waits: number[] = []
  const next: Caller['next'] = []
  const through: Fetch = (url, init) => {
    requests.push(`${init.method ?? 'GET'} ${url.slice(options.url.length)}`)
    const go = () => fetch(url, init)
    return (next.shift() ?? (go => go()))(go)
  }
  const http = new HttpClient({
    ...httpOptions({ fetch: through, ...options }),
    ...patience,
    random: () => 0,
    pause: async ms => void waits.push(ms),
  })
  return { api: clientWith(http), requests, waits, next }
}

/** An answer of a proxy in front of the server. */
export const answering =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Caller['next'][number] =>
  async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })

/** The server processes the request, and its answer is lost. */
export const losing: Caller['next'][number] = async go => {
  await (await go()).text()
  throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })
}

/** The request does not reach the server. */
export const failing: Caller['next'][number] = async () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
}

export const overload = answering(429, { code: 'SPILL_OVERLOAD', message: 'too much' }, { 'retry-after': '2' })
