/** Requests as bytes, and connections of hostile clients: from one address, all ended together. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The address of hostile clients; others use `127.0.0.1`. Without tokens, addresses distinguish clients. */
const HOSTILE_ADDRESS = '127.0.0.2'

export interface WireRequest {
  readonly method?: string
  readonly path: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Stated length; more than the body has if its end is withheld. */
  readonly length?: number
}

export function requestBytes({ method = 'POST', path, token, headers = {}, body = '', length }: WireRequest): Buffer {
  const bytes = Buffer.from(body)
  const all = {
    host: 'localhost',
    ...(method !== 'GET' && { 'content-type': 'application/json', 'content-length': String(length ?? bytes.length) }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes])
}

/** Count of each status, and of acknowledged events. */
export interface ResponseCounts {
  readonly statuses: Readonly<Record<string, number>>
  readonly accepted: number
}

export class Hostiles {
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  readonly #statuses: Record<string, number> = {}
  #accepted = 0
  #isOver = false

  constructor(port: number) {
    this.#port = port
  }

  get responses(): ResponseCounts {
    return { statuses: this.#statuses, accepted: this.#accepted }
  }

  async open(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress: HOSTILE_ADDRESS })
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
    await Promise.race([once(socket, 'connect'), once(socket, 'close')])
    return socket
  }

  /** Sends some bytes on a separate connection, and nothing more. */
  async holdBack(bytes: Buffer): Promise<void> {
    const socket = await this.open()
    socket.on('data', chunk => this.#hear(chunk))
    if (socket.writable && !socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }

  /**
   * Sends requests one after the other, each when the one before was answered, on connections that are reopened whenever they are closed.
   */
  flood(connections: number, next: () => Buffer): void {
    for (let i = 0; i < connections; i++) void this.#flood(next)
  }

  close(): void {
    this.#isOver = true
    for (const socket of this.#sockets) socket.destroy()
  }

  async #flood(next: () => Buffer): Promise<void> {
    while (!this.#isOver) {
      const socket = await this.open()
      socket.on('data', chunk => {
        // Answers of the suite's server are short, and an answer begins with a chunk.
        if (this.#hear(chunk) && socket.writable && !this.#isOver) socket.write(next())
      })
      if (socket.writable) socket.write(next())
      if (!socket.destroyed) await once(socket, 'close')
    }
  }

  #hear(chunk: Buffer): boolean {
    if (chunk.toString('latin1', 0, 9) !== 'HTTP/1.1 ') return false
    const status = chunk.toString('latin1', 9, 12)
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
    if (status === '200') this.#accepted += Number(/"accepted":(\d+)/.exec(chunk.toString('latin1'))?.[1] ?? 0)
    return true
  }
}
