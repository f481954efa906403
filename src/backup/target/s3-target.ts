/**
 * A bucket of S3, or of a server with the same API, as target of backups. Requests that fail on the way are repeated: a `PUT` of the same
 * object twice has the effect of one.
 *
 * A client of its own, since five requests are all that a backup makes, and the SDK of AWS adds 22 MB in 26 packages to every installation.
 */
import type { Agent } from 'undici'
import { type Clock, limits, pause, SpillwayError, wallClock } from '../../base/index.ts'
import { type BackupTarget, targetError, type TargetObject } from './backup-target.ts'
import { type AwsCredentials, signedHeaders, uriEncoded } from './sigv4.ts'

export interface S3Options {
  readonly bucket: string
  /** Before each name: empty, or ends with a slash. */
  readonly prefix: string
  readonly region: string
  /** Address of the server: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: URL
  /** The bucket is in the path, not in the host name. */
  readonly isPathStyle: boolean
  readonly credentials: AwsCredentials
  readonly clock?: Clock
  /** Delay before the first repetition, ms; it doubles each time. */
  readonly retryMs?: number
}

interface S3Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

/** A request by the parts that differ. */
interface S3Request {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE'
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

const OVERLOADED = 429
const FIRST_SERVER_ERROR = 500
const NOT_FOUND = 404
/** Code of S3 for a body that arrived too slowly, with status 400. */
const SLOW_UPLOAD = 'RequestTimeout'
const FIRST_FAILURE = 300
const RETRY_MS = 200

export class S3Target implements BackupTarget {
  readonly place: string
  readonly #options: S3Options
  readonly #base: URL
  /** Opened by the first request. */
  #agent: Promise<Agent> | undefined

  constructor(options: S3Options) {
    const { bucket, prefix, endpoint, isPathStyle } = options
    this.#options = options
    this.place = `s3://${bucket}/${prefix}`
    this.#base = new URL(endpoint)
    if (!isPathStyle) this.#base.hostname = `${bucket}.${endpoint.hostname}`
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#send({ method: 'PUT', key: this.#keyOf(name), body: bytes })
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return (await this.#send({ method: 'GET', key: this.#keyOf(name) }))?.body
  }

  async find(name: string): Promise<TargetObject | undefined> {
    const response = await this.#send({ method: 'HEAD', key: this.#keyOf(name) })
    if (!response) return undefined
    const { 'content-length': bytes, 'last-modified': modified } = response.headers
    return { name, bytes: Number(bytes), modified: Date.parse(String(modified)) }
  }

  async *list(prefix: string): AsyncGenerator<TargetObject> {
    for (let token: string | undefined; ;) {
      const query = { 'list-type': '2', prefix: this.#keyOf(prefix), ...(token !== undefined && { 'continuation-token': token }) }
      const response = await this.#send({ method: 'GET', key: '', query })
      const xml = new TextDecoder().decode(response?.body)
      for (const [, entry] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const name = xmlField(entry, 'Key').slice(this.#options.prefix.length)
        yield { name, bytes: Number(xmlField(entry, 'Size')), modified: Date.parse(xmlField(entry, 'LastModified')) }
      }
      if (xmlField(xml, 'IsTruncated') !== 'true') return
      token = xmlField(xml, 'NextContinuationToken')
    }
  }

  async remove(name: string): Promise<void> {
    await this.#send({ method: 'DELETE', key: this.#keyOf(name) })
  }

  async close(): Promise<void> {
    await (await this.#agent)?.close()
  }

  #keyOf(name: string): string {
    return this.#options.prefix + name
  }

  /** The response; `undefined` for an object that does not exist. */
  async #send(sent: S3Request): Promise<S3Response | undefined> {
    const { retryMs = RETRY_MS } = this.#options
    for (let attempt = 1; ; attempt++) {
      let problem: string
      let cause: unknown
      try {
        const response = await this.#attempt(sent)
        const { status, body } = response
        if (status < FIRST_FAILURE) return response
        const xml = new TextDecoder().decode(body)
        const code = xmlField(xml, 'Code')
        if (status === NOT_FOUND && code !== 'NoSuchBucket' && sent.key !== '') return undefined
        problem = `${status}${code && ` ${code}`}${code && `: ${xmlField(xml, 'Message')}`}`
        if (status < FIRST_SERVER_ERROR && status !== OVERLOADED && code !== SLOW_UPLOAD)
          throw this.#error(`rejected ${sent.method} with ${problem}; ${fixOf(status, code)}`)
      } catch (error) {
        if (error instanceof SpillwayError) throw error
        problem = (error as Error).message
        cause = error
      }
      if (attempt >= limits.S3_ATTEMPTS)
        throw this.#error(
          `cannot be reached at ${this.#base.origin} in ${attempt} attempts (${problem}); check the endpoint and the network, and try again`,
          cause,
        )
      await pause(retryMs * 2 ** (attempt - 1))
    }
  }

  async #attempt({ method, key, query = {}, body }: S3Request): Promise<S3Response> {
    const { bucket, isPathStyle, credentials, region, clock = wallClock } = this.#options
    const url = new URL(this.#base)
    const path = [...(isPathStyle ? [bucket] : []), ...(key === '' ? [] : key.split('/'))].map(uriEncoded).join('/')
    url.pathname = `${this.#base.pathname.replace(/\/$/, '')}/${path}`
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    this.#agent ??= openAgent()
    const agent = await this.#agent
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: signedHeaders({ method, url, body }, credentials, region, clock()),
      ...(body && { body }),
    })
    return { status: response.statusCode, headers: response.headers, body: new Uint8Array(await response.body.arrayBuffer()) }
  }

  #error(problem: string, cause?: unknown): SpillwayError {
    return targetError(this.place, problem, cause)
  }
}

/** Loads the client of HTTP with the first request, since every command line loads this module. */
async function openAgent(): Promise<Agent> {
  const { Agent } = await import('undici')
  return new Agent({ headersTimeout: limits.S3_TIMEOUT_MS, bodyTimeout: limits.S3_TIMEOUT_MS, connect: { timeout: limits.S3_CONNECT_MS } })
}

/** The fix of a rejected request. */
function fixOf(status: number, code: string): string {
  if (code === 'NoSuchBucket') return 'create the bucket, or correct its name'
  if (code === 'RequestTimeTooSkewed') return 'set the clock of this machine'
  if (status === 401 || status === 403) return 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and what the key may do'
  return 'check the address of the target and the endpoint'
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text of the first element of a name; empty if there is none. */
function xmlField(xml: string, name: string): string {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? ''
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, entity = '') =>
    hex !== undefined || decimal !== undefined
      ? String.fromCodePoint(parseInt(hex ?? decimal!, hex === undefined ? 10 : 16))
      : (entities[entity] ?? whole),
  )
}
