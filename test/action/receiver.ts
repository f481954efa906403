/** A webhook receiver on loopback, and timers that a test fires. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createPlainServer, type AddressInfo, type Server as PlainServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Delivery } from '../../src/define/action/destination.ts'

export interface Received {
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Index of its connection, from 0. */
  readonly connection: number
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  readonly server: Server
  /** The first `count` requests, once they have come. */
  first(count: number): Promise<readonly Received[]>
  close(): Promise<void>
}

/** A request is recorded before `answer` is called. */
export async function receiver(answer: (response: ServerResponse, request: Received) => unknown): Promise<Receiver> {
  const received: Received[] = []
  const connections: unknown[] = []
  const server = createServer((request, response) => {
    if (!connections.includes(request.socket)) connections.push(request.socket)
    const connection = connections.indexOf(request.socket)
    void take(request, connection).then(one => answer(response, one))
  })
  async function take(request: IncomingMessage, connection: number): Promise<Received> {
    const { url = '', method = '', headers } = request
    const one = { path: url, method, headers, body: await text(request), connection }
    received.push(one)
    server.emit('received')
    return one
  }
  const port = await listen(server)
  const first = async (count: number): Promise<readonly Received[]> => {
    while (received.length < count) await once(server, 'received')
    return received.slice(0, count)
  }
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}/hook`, port, received, server, first, close }
}

/** A receiver on raw sockets: `talk` gets each socket once the first bytes of a request are there. */
export async function plainReceiver(talk: (socket: Socket) => void): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets: Socket[] = []
  const server = createPlainServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => talk(socket))
  })
  const port = await listen(server)
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}/hook`, close }
}

export async function listen(server: PlainServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Timers that the test fires. */
export function handTimers() {
  const running = new Set<() => void>()
  return {
    running,
    after: (_: number, act: () => void) => {
      running.add(act)
      return { stop: () => void running.delete(act) }
    },
    fire(): void {
      const due = [...running]
      running.clear()
      for (const act of due) act()
    },
  }
}

let count = 0

export const delivery = (fields: Partial<Delivery> = {}): Delivery => ({
  id: `glucose/page/${count++}`,
  action: 'page',
  key: '1',
  body: '{"score":0.9}',
  attempt: 1,
  ...fields,
})
