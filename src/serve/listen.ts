/** Puts a server on an address: of this machine alone, unless another is named. */
import type { AddressInfo } from 'node:net'
import { SpillwayError } from '../base/errors.ts'
import { serve, type ServerOptions } from './server.ts'

export const HOST_DEFAULT = '127.0.0.1'
export const PORT_DEFAULT = 7070

export interface ListenOptions extends ServerOptions {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
}

export interface Listening {
  /** `http://127.0.0.1:7070`. */
  readonly url: string
  readonly port: number
  /** Takes no more, answers what it has taken, and lets go. The run is to be stopped afterwards. */
  close(): Promise<void>
}

/** Throws `SPILL_INPUT` for an address that cannot be taken. */
export async function listen({ host = HOST_DEFAULT, port = PORT_DEFAULT, ...options }: ListenOptions): Promise<Listening> {
  const app = serve(options)
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw addressError(error, host, port)
  }
  const taken = app.server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${taken.port}`, port: taken.port, close: () => app.close() }
}

function addressError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  const place = `${host}:${port}`
  if (code === 'EADDRINUSE')
    return new SpillwayError('SPILL_INPUT', `${place} is taken by another process; name another port, or 0 for a free one`)
  if (code === 'EACCES') return new SpillwayError('SPILL_INPUT', `${place} may not be taken (no permission); name a port above 1023`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new SpillwayError('SPILL_INPUT', `${host} is no address of this machine`)
  return error
}
