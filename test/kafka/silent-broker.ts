/** A broker that takes connections and requests, and answers too slowly: never, or a byte at a time for ever. */
import { createServer, type AddressInfo, type Socket } from 'node:net'

export class SilentBroker {
  readonly #server
  readonly #sockets = new Set<Socket>()

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.resume()
    })
  }

  /** `everyMs`: interval of the bytes of an answer that never ends; none without it. */
  static async start(everyMs?: number): Promise<SilentBroker> {
    const server = createServer(socket => {
      if (everyMs === undefined) return
      const timer = setInterval(() => socket.write(Buffer.from([0])), everyMs)
      socket.on('close', () => clearInterval(timer))
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    return new SilentBroker(server)
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(done => this.#server.close(done))
  }
}
