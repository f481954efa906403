/** A webhook receiver on loopback, which records requests and answers with one status. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedRequest {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export class Receiver {
  status = 204
  readonly #server: Server
  readonly #requests: ReceivedRequest[] = []
  #onSent: () => void = () => {}

  private constructor() {
    this.#server = createServer((request, response) => void this.#keep(request, response))
  }

  async #keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    this.#requests.push({ body, headers: request.headers as Record<string, string> })
    response.writeHead(this.status).end()
    this.#onSent()
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Resolves to the first `count` requests once they have come. */
  async first(count: number): Promise<readonly ReceivedRequest[]> {
    while (this.#requests.length < count) await new Promise<void>(resolve => (this.#onSent = resolve))
    return this.#requests.slice(0, count)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
