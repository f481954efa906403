/**
 * An HTTP server of its own around a run: Fastify with limits on connections, and the routes of the plugin.
 *
 * Answers 404 and 405 before Fastify looks at a content type, and closes connections within a bounded time when it stops.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import { callEvery, limits } from '../base/index.ts'
import { checkSingleHost } from './access/host-names.ts'
import type { ServeOptions } from './context/options.ts'
import { servePlugin } from './plugin.ts'
import { ServeError, replyWithError } from './http/serve-error.ts'
import { closeSilentOnShutdown, closeSlowOnShutdown, type ShutdownTimeouts } from './connection-shutdown.ts'

/** Timeouts in milliseconds, and the greatest number of connections. Each defaults to the limit of its name. */
export interface ConnectionLimits extends ShutdownTimeouts {
  readonly headMs: number
  readonly requestMs: number
  readonly lookMs: number
  readonly idleMs: number
  readonly stillMs: number
  readonly connections: number
}

const defaultConnectionLimits: ConnectionLimits = {
  headMs: limits.HTTP_HEAD_MS,
  requestMs: limits.HTTP_REQUEST_MS,
  lookMs: limits.HTTP_SLOW_CHECK_MS,
  idleMs: limits.HTTP_IDLE_MS,
  stillMs: limits.HTTP_SILENCE_MS,
  bodyMs: limits.HTTP_CLOSING_BODY_MS,
  closingMs: limits.HTTP_CLOSING_MS,
  connections: limits.HTTP_CONNECTIONS_MAX,
}

/** The options of a server of its own. */
export interface ServerOptions extends ServeOptions {
  /** Timeouts and connection counts of this server, in place of the defaults. */
  readonly connectionLimits?: Partial<ConnectionLimits>
}

/** Makes the server; `listen` of the instance opens its port. */
export function serve({ connectionLimits, ...options }: ServerOptions): FastifyInstance {
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
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      checkSingleHost(request.raw.rawHeaders)
      // Fastify checks the content type next, and would reject that first where the method is wrong.
      if (request.is404) throw noRoute(request, methods)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  app.setErrorHandler((error, _request, reply) => replyWithError(reply, error))
  app.addHook('preClose', async () => closeIdle(app))
  void app.register(servePlugin, { ...options, front: true })
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
