/**
 * Bounds the shutdown time of an HTTP server: connections without a request, slow bodies, and slow readers of answers.
 *
 * Node waits for a connection without a request as it waits for an answer. Its own limits on a request end with the server, so
 * a client that sends a byte now and then would hold the shutdown up.
 */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { callAfter, limits } from '../base/index.ts'
import { ServeError } from './http/serve-error.ts'
import { abortBody } from './access/slow-bodies.ts'

/** The time limits of a shutdown. */
export interface ShutdownTimeouts {
  /** Milliseconds after the shutdown begins within which a body must be complete. */
  readonly bodyMs: number
  /** Milliseconds after which all connections are closed. */
  readonly closingMs: number
}

/**
 * Closes connections without a request when the server stops. Browsers open some ahead, and clients keep those whose request they
 * aborted.
 */
export function closeSilentOnShutdown(app: FastifyInstance): void {
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

/** Bounds the shutdown time of a server. A body that is incomplete in time is answered with the result of the part that came. */
export function closeSlowOnShutdown(app: FastifyInstance, { bodyMs, closingMs }: ShutdownTimeouts): void {
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
