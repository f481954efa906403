/**
 * An HTTP server of its own: Fastify with limits on connections, around the routes of a run or of a gate.
 *
 * Answers 404 and 405 before Fastify looks at a content type, and closes connections within a bounded time when it stops.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { callAfter, callEvery, limits } from '../base/index.ts'
import { checkSingleHost } from './access/request-origin.ts'
import type { ServeOptions } from './context/server-context.ts'
import { servePlugin } from './plugin.ts'
import { addRequestCheck } from './http/request.ts'
import { replyWithError, ServeError } from './http/serve-error.ts'
import { abortBody } from './access/slow-bodies.ts'

/** Timeouts in milliseconds, and the greatest number of connections. */
const defaultConnectionLimits = {
  headMs: limits.HTTP_HEAD_MS,
  requestMs: limits.HTTP_REQUEST_MS,
  lookMs: limits.HTTP_SLOW_CHECK_MS,
  idleMs: limits.HTTP_IDLE_MS,
  stillMs: limits.HTTP_SILENCE_MS,
  bodyMs: limits.HTTP_CLOSING_BODY_MS,
  closingMs: limits.HTTP_CLOSING_MS,
  connections: limits.HTTP_CONNECTIONS_MAX,
} as const

type ConnectionLimits = Readonly<Record<keyof typeof defaultConnectionLimits, number>>

/** The options of a server of its own. */
export interface ServerOptions extends ServeOptions {
  /** Timeouts and connection counts of this server, in place of the defaults. */
  readonly connectionLimits?: Partial<ConnectionLimits>
}

/** Makes the server of a run; `listen` of the instance opens its port. */
export function serve({ connectionLimits, ...options }: ServerOptions): FastifyInstance {
  const app = newServer(connectionLimits)
  void app.register(servePlugin, { ...options, front: true })
  return app
}

/** Makes a server without routes. */
export function newServer(connectionLimits?: Partial<ConnectionLimits>): FastifyInstance {
  const { headMs, requestMs, lookMs, idleMs, stillMs, connections, ...closing } = { ...defaultConnectionLimits, ...connectionLimits }
  const app = fastify({
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionTimeout: stillMs,
    http: { headersTimeout: headMs, connectionsCheckingInterval: lookMs, maxHeaderSize: limits.HTTP_HEAD_BYTES_MAX },
    clientErrorHandler: answerBadRequest,
    frameworkErrors: (error, _request, reply: FastifyReply) => void replyWithError(reply, error),
  })
  app.server.maxConnections = connections
  closeSilentOnShutdown(app)
  closeSlowOnShutdown(app, closing)
  const methods = new AllowedMethods()
  app.addHook('onRoute', route => methods.add(route))
  addRequestCheck(app, request => {
    checkSingleHost(request.raw.rawHeaders)
    // Fastify checks the content type next, and would reject that first where the method is wrong.
    if (request.is404) throw noRoute(request, methods)
  })
  app.setErrorHandler((error, _request, reply) => replyWithError(reply, error))
  app.addHook('preClose', async () => closeIdle(app))
  return app
}

interface Route {
  readonly method: string | readonly string[]
  /** The registered pattern: `/sources/:source/events`, or with a pattern of its own `/dead-letters/:id(^[0-9]+$)`. */
  readonly url: string
}

/** The methods of each registered path. Fastify matches path and method at once, and does not say which one was wrong. */
class AllowedMethods {
  readonly #routes: (readonly [path: RegExp, methods: readonly string[]])[] = []

  add({ method, url }: Route): void {
    const parts = url.split('/').map(part => {
      const parameter = /^:\w+(?:\(\^(.+)\$\))?$/.exec(part)
      return parameter ? (parameter[1] ?? '[^/]+') : part.replace(/[^\w-]/g, '\\$&')
    })
    this.#routes.push([new RegExp(`^${parts.join('/')}$`), [method].flat()])
  }

  /** The methods of a path without its query; empty for an unknown path. */
  at(path: string): string[] {
    return this.#routes.flatMap(([pattern, methods]) => (pattern.test(path) ? methods : []))
  }
}

/** 404 for an unknown path, 405 for a path with other methods. */
function noRoute({ method, url }: Pick<FastifyRequest, 'method' | 'url'>, methods: AllowedMethods): ServeError {
  const path = url.split('?')[0]
  const allowed = methods.at(path)
  if (allowed.length === 0) return new ServeError('SPILL_NOT_FOUND', `there is no ${method} ${path}; GET / lists all routes`)
  const shown = allowed.filter(other => other !== 'HEAD').join(', ')
  return new ServeError('SPILL_NOT_FOUND', `there is no ${method} ${path}; it takes ${shown}`, {
    status: 405,
    headers: { allow: allowed.join(', ') },
  })
}

/** While the server stops, closes connections that have become idle: a keep-alive connection would wait for its next request. */
function closeIdle({ server }: FastifyInstance): void {
  if (!server.listening) return
  const timer = callEvery(limits.HTTP_CLOSING_CHECK_MS, () => server.closeIdleConnections())
  server.once('close', () => timer.stop())
}

/** Answers bytes that are no HTTP request on the connection itself, and closes it. */
function answerBadRequest({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, message] = badRequests[code ?? ''] ?? ['400 Bad Request', 'this is no HTTP request']
  const body = JSON.stringify({ code: 'SPILL_INPUT', message })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy())
}

const badRequests: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time (HTTP_HEAD_MS, HTTP_REQUEST_MS)'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `the head of the request has more than ${limits.HTTP_HEAD_BYTES_MAX} bytes`],
}

/**
 * Closes connections without a request when the server stops. Node waits for them as it waits for an answer: browsers open some ahead, and
 * clients keep those whose request they aborted.
 */
function closeSilentOnShutdown(app: FastifyInstance): void {
  const silent = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  app.server.on('request', ({ socket }) => silent.delete(socket))
  app.addHook('preClose', closing => {
    for (const socket of silent) socket.destroy()
    closing()
  })
}

/**
 * Bounds the shutdown time. Node's own limits on a request end with the server, so a client that sends a byte now and then would hold the
 * shutdown up. A body that is incomplete after `bodyMs` is answered with the result of the part that came. After `closingMs` all connections
 * are closed.
 */
function closeSlowOnShutdown(app: FastifyInstance, { bodyMs, closingMs }: Pick<ConnectionLimits, 'bodyMs' | 'closingMs'>): void {
  const open = new Set<IncomingMessage>()
  app.server.on('request', (request: IncomingMessage) => {
    if (request.method === 'GET' || request.method === 'HEAD') return
    open.add(request)
    request.once('close', () => open.delete(request))
  })
  const timers: { stop(): void }[] = []
  app.addHook('preClose', closing => {
    timers.push(
      callAfter(bodyMs, () => open.forEach(request => abortBody(request, stopping()))),
      callAfter(closingMs, () => app.server.closeAllConnections()),
    )
    closing()
  })
  app.addHook('onClose', (_app, closed) => {
    for (const timer of timers) timer.stop()
    closed()
  })
}

function stopping(): ServeError {
  const message = 'the server is stopping, and the rest of the body did not arrive in time'
  return new ServeError('SPILL_STOPPED', message, { retryAfter: limits.HTTP_RETRY_AFTER_S, headers: { connection: 'close' } })
}
