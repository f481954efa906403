/**
 * Clients that would hold the end of a server up: whose bodies come slowly, or who take their answers slowly. Node's own bounds on a request end with the server, which then waits for as long as
 * a byte comes now and then.
 */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { after } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { ServeError } from '../http/serve-error.ts'
import { breakOff } from './slow-bodies.ts'

export interface ClosingPatience {
  /** Milliseconds that a body has to be whole once the server ends. */
  readonly bodyMs: number
  /** Milliseconds that everything has. */
  readonly closingMs: number
}

/** Bounds how long the end of a server takes. A body that is not whole in time is answered, with what was taken of it. */
export function endSlow(app: FastifyInstance, { bodyMs, closingMs }: ClosingPatience): void {
  const begun = new Set<IncomingMessage>()
  app.server.on('request', (request: IncomingMessage) => {
    if (request.method === 'GET' || request.method === 'HEAD') return
    begun.add(request)
    request.once('close', () => begun.delete(request))
  })
  const timers: { stop(): void }[] = []
  app.addHook('preClose', closing => {
    timers.push(
      after(bodyMs, () => begun.forEach(request => breakOff(request, stopping()))),
      after(closingMs, () => app.server.closeAllConnections()),
    )
    closing()
  })
  app.addHook('onClose', (_app, closed) => {
    for (const timer of timers) timer.stop()
    closed()
  })
}

function stopping(): ServeError {
  const what = 'the server is stopping, and the rest of the body did not come in time'
  return new ServeError('SPILL_STOPPED', what, { retryAfter: limits.HTTP_RETRY_AFTER_S, headers: { connection: 'close' } })
}
