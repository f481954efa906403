/** A proxy between a client and a server, on its own socket: it can go silent, like a network that loses everything. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDeadline } from '../../src/base/clock.ts'

const SOCKET = '.s.PGSQL.5432'

export class Between {
  /** Folder of its socket, which a client uses as host. */
  readonly host = mkdtempSync(join(tmpdir(), 'spillway-between-'))
  /** From now on nothing is passed on. */
  isSilent = false
  /** Number of connections so far. */
  connections = 0
  /** Number of chunks from clients. */
  chunks = 0
  readonly #server: Server
  readonly #sockets: Socket[] = []

  private constructor(host: string) {
    this.#server = createServer({ allowHalfOpen: true }, client => {
      this.connections++
      const server = connect(join(host, SOCKET))
      this.#sockets.push(client, server)
      client.on('data', bytes => {
        this.chunks++
        if (!this.isSilent) server.write(bytes)
      })
      server.on('data', bytes => void (this.isSilent || client.write(bytes)))
      for (const socket of [client, server]) socket.on('error', () => {})
    })
  }

  static async open(host: string): Promise<Between> {
    const between = new Between(host)
    await new Promise<void>(resolve => between.#server.listen(join(between.host, SOCKET), resolve))
    return between
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    rmSync(this.host, { recursive: true, force: true })
  }
}

const SOON_MS = 5000

/** Does a reader end soon? */
export const ended = (reading: Promise<void>): Promise<'ended' | 'goes on'> =>
  withDeadline(
    reading.then(() => 'ended' as const),
    SOON_MS,
    () => 'goes on' as const,
  )
