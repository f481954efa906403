/** A server of its own around a run: Fastify with the bounds of connections, and nothing but the plugin's routes. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import { every } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { checkSingleHost } from './access/host-names.ts'
import { Methods } from './allowed-methods.ts'
import type { ServeOptions } from './context/options.ts'
import { servePlugin } from './plugin.ts'
import { ServeError, tellError } from './http/serve-error.ts'
import { endSilent } from './access/silent-connections.ts'
import { endSlow, type ClosingPatience } from './access/slow-requests.ts'

/** Milliseconds that a client has, and how many there may be; the limits of their names unless given. */
export interface Patience extends ClosingPatience {
  readonly headMs: number
  readonly requestMs: number
  readonly lookMs: number
  readonly idleMs: number
  readonly stillMs: number
  readonly connections: number
}

const defaultPatience: Patience = {
  headMs: limits.HTTP_HEAD_MS,
  requestMs: limits.HTTP_REQUEST_MS,
  lookMs: limits.HTTP_LOOK_MS,
  idleMs: limits.HTTP_IDLE_MS,
  stillMs: limits.HTTP_STILL_MS,
  bodyMs: limits.HTTP_CLOSING_BODY_MS,
  closingMs: limits.HTTP_CLOSING_MS,
  connections: limits.HTTP_CONNECTIONS_MAX,
}

export interface ServerOptions extends ServeOptions {
  readonly patience?: Partial<Patience>
}

export function serve({ patience, ...options }: ServerOptions): FastifyInstance {
  const { headMs, requestMs, lookMs, idleMs, stillMs, connections, ...closing } = { ...defaultPatience, ...patience }
  const app = fastify({
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionTimeout: stillMs,
    http: { headersTimeout: headMs, connectionsCheckingInterval: lookMs, maxHeaderSize: limits.HTTP_HEAD_BYTES_MAX },
    clientErrorHandler: tellBadClient,
    frameworkErrors: (error, _request, reply: FastifyReply) => void tellError(reply, error),
  })
  app.server.maxConnections = connections
  endSilent(app)
  endSlow(app, closing)
  const methods = new Methods()
  app.addHook('onRoute', route => methods.add(route))
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      checkSingleHost(request.raw.rawHeaders)
      // Before Fastify looks at a content type, of which it would complain about a method that the path does not have.
      if (request.is404) throw noRoute(request, methods)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  app.setErrorHandler((error, _request, reply) => tellError(reply, error))
  app.addHook('preClose', async () => letIdleGo(app))
  void app.register(servePlugin, { ...options, front: true })
  return app
}

/** 404 for an unknown path, 405 for a path with other methods. */
function noRoute({ method, url }: Pick<FastifyRequest, 'method' | 'url'>, methods: Methods): ServeError {
  const path = url.split('?')[0]
  const others = methods.at(path)
  if (others.length === 0) return new ServeError('SPILL_NOT_FOUND', `there is no ${method} ${path}; GET / lists what there is`)
  const asked = others.filter(other => other !== 'HEAD').join(', ')
  return new ServeError('SPILL_NOT_FOUND', `there is no ${method} ${path}; it takes ${asked}`, {
    status: 405,
    headers: { allow: others.join(', ') },
  })
}

/** Connections whose last answer was given while the server stops would stay for their next request. */
function letIdleGo({ server }: FastifyInstance): void {
  if (!server.listening) return
  const looking = every(limits.HTTP_CLOSING_LOOK_MS, () => server.closeIdleConnections())
  server.once('close', () => looking.stop())
}

/** What cannot be read as a request is answered on the connection itself, which ends with that. */
function tellBadClient({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, message] = badClients[code ?? ''] ?? ['400 Bad Request', 'this is no HTTP request']
  const body = JSON.stringify({ code: 'SPILL_INPUT', message })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy())
}

const badClients: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not come in time (HTTP_HEAD_MS, HTTP_REQUEST_MS)'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `the head of the request has more than ${limits.HTTP_HEAD_BYTES_MAX} bytes`],
}
