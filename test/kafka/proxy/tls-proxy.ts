/** A proxy on loopback that terminates TLS in front of a plain port of a broker. A test may replace its certificate while clients are connected. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import type { IssuedCertificate } from '../../certificate-authority.ts'

export class TlsProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #clients = new Set<Socket>()

  private constructor(brokerPort: number, certificate: IssuedCertificate) {
    this.#server = createServer(certificate, client => {
      const broker = connect(brokerPort, '127.0.0.1')
      client.on('error', () => {}).on('close', () => broker.destroy())
      broker.on('error', () => {}).on('close', () => client.destroy())
      client.pipe(broker).pipe(client)
    })
    this.#server.on('connection', socket => {
      this.#clients.add(socket)
      socket.on('error', () => {}).on('close', () => this.#clients.delete(socket))
    })
    this.#server.on('tlsClientError', () => {})
  }

  static async listen(brokerPort: number, certificate: IssuedCertificate): Promise<TlsProxy> {
    const proxy = new TlsProxy(brokerPort, certificate)
    await new Promise<void>(done => proxy.#server.listen(0, '127.0.0.1', done))
    return proxy
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Sends a different certificate in each handshake that begins from now on, as a broker does whose key store was replaced. */
  setCertificate(certificate: IssuedCertificate): void {
    this.#server.setSecureContext(certificate)
  }

  /** Waits until clients have opened so many more connections, also those that end in the handshake. */
  async untilConnections(count: number): Promise<void> {
    for (let opened = 0; opened < count; opened++) await once(this.#server, 'connection')
  }

  closeConnections(): void {
    for (const client of this.#clients) client.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closeConnections()
    await new Promise(done => this.#server.close(done))
  }
}
