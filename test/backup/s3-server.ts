/** A server with the part of S3's API that backups use, which checks signatures and bodies and fails on request. */
import { createHmac, hash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** `cut`: half of an answer, then the connection ends. `corrupt`: the body arrives with another byte. */
export type S3Failure = '503' | '500' | 'timeout' | 'cut' | 'reset' | 'corrupt'

const SECRET = 'secret'
const BUCKET = 'flow'

export class S3Server implements AsyncDisposable {
  readonly objects = new Map<string, { readonly body: Buffer; readonly modified: number }>()
  requests = 0
  readonly #server: Server
  readonly #pageSize: number
  #failures: S3Failure[] = []
  #every: { readonly of: number; readonly failure: S3Failure } | undefined

  private constructor(pageSize: number) {
    this.#pageSize = pageSize
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start({ pageSize = 1000 } = {}): Promise<S3Server> {
    const server = new S3Server(pageSize)
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  /** The next requests fail. */
  fail(count: number, failure: S3Failure): void {
    this.#failures = Array.from({ length: count }, () => failure)
  }

  /** One of so many requests fails. */
  failEvery(of: number, failure: S3Failure): void {
    this.#every = { of, failure }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    this.requests++
    const failure = this.#failures.shift() ?? (this.#every && this.requests % this.#every.of === 0 ? this.#every.failure : undefined)
    if (failure === 'reset') return void request.socket.resetAndDestroy()
    if (failure === 'cut') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      return void response.socket?.destroy()
    }
    if (failure === '503') return error(response, 503, 'SlowDown', 'Reduce your request rate')
    if (failure === '500') return error(response, 500, 'InternalError', 'Try again')
    if (failure === 'timeout') return error(response, 400, 'RequestTimeout', 'Your socket connection was not read from in time')
    if (failure === 'corrupt') body[0] ^= 1
    if (hash('sha256', body) !== request.headers['x-amz-content-sha256'])
      return error(response, 400, 'XAmzContentSHA256Mismatch', 'The body is another')
    if (request.headers.authorization !== authorizationOf(request))
      return error(response, 403, 'SignatureDoesNotMatch', 'Check your key &amp; method')
    const url = new URL(request.url!, this.url)
    const [, bucket, ...parts] = decodeURIComponent(url.pathname).split('/')
    if (bucket !== BUCKET) return error(response, 404, 'NoSuchBucket', 'The bucket does not exist')
    const key = parts.join('/')
    if (key === '') this.#list(url, response)
    else this.#object(request.method!, key, body, response)
  }

  #object(method: string, key: string, body: Buffer, response: ServerResponse): void {
    if (method === 'PUT') this.objects.set(key, { body, modified: Date.now() })
    if (method === 'DELETE') this.objects.delete(key)
    if (method === 'PUT' || method === 'DELETE') return void response.writeHead(method === 'PUT' ? 200 : 204).end()
    const object = this.objects.get(key)
    if (!object) return error(response, 404, 'NoSuchKey', 'The key does not exist')
    response.writeHead(200, { 'content-length': object.body.length, 'last-modified': new Date(object.modified).toUTCString() })
    response.end(method === 'HEAD' ? undefined : object.body)
  }

  #list({ searchParams }: URL, response: ServerResponse): void {
    const from = Number(searchParams.get('continuation-token') ?? 0)
    const keys = [...this.objects.keys()].filter(key => key.startsWith(searchParams.get('prefix') ?? '')).sort()
    const page = keys.slice(from, from + this.#pageSize)
    const next = from + page.length
    const entries = page.map(key => {
      const { body, modified } = this.objects.get(key)!
      return `<Contents><Key>${key}</Key><LastModified>${new Date(modified).toISOString()}</LastModified><Size>${body.length}</Size></Contents>`
    })
    const more = next < keys.length
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''}${entries.join('')}</ListBucketResult>`,
    )
  }
}

function error(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`)
}

/** The signature of a request as this server computes it, from the request line and the headers that arrived. */
function authorizationOf({ method, url, headers }: IncomingMessage): string {
  const [, credential, names] = /Credential=([^,]+), SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ?? []
  if (credential === undefined) return 'none'
  const [path, query = ''] = url!.split('?')
  const encoded = query
    .split('&')
    .filter(Boolean)
    .map(pair =>
      pair
        .split('=')
        .map(part => encodeURIComponent(decodeURIComponent(part.replaceAll('+', ' '))))
        .join('='),
    )
    .sort()
    .join('&')
  const lines = names.split(';').map(name => `${name}:${String(headers[name])}\n`)
  const canonical = `${method}\n${path}\n${encoded}\n${lines.join('')}\n${names}\n${String(headers['x-amz-content-sha256'])}`
  const scope = credential.slice(credential.indexOf('/') + 1)
  let key: string | Buffer = `AWS4${SECRET}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const text = `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${hash('sha256', canonical)}`
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
}
