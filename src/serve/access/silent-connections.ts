/**
 * Connections on which nothing was asked yet. Browsers open some ahead, and clients keep those whose request was called off; Node, when the server ends, waits
 * for them as it does for an answer.
 */
import type { FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'

/** Lets go of them when the server ends. */
export function endSilent(app: FastifyInstance): void {
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
