/** Puts a server on an address: of this machine alone, unless another is named. */
import { lookup } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { SpillwayError } from '../base/errors.ts'
import { isLoopback, namesOf } from './access/host-names.ts'
import { serve, type ServerOptions } from './server.ts'
import { Tokens } from './access/tokens.ts'
import { checkWebhooks } from './routes/webhooks.ts'

export const HOST_DEFAULT = '127.0.0.1'
export const PORT_DEFAULT = 7070

export interface ListenOptions extends Omit<ServerOptions, 'tokens'> {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** On this machine's own address, do not ask for the tokens that the data folder has. */
  readonly open?: boolean
}

export interface Listening {
  /** `http://127.0.0.1:7070`. */
  readonly url: string
  readonly port: number
  /** Takes no more, answers what it has taken, and lets go. The run is to be stopped afterwards. */
  close(): Promise<void>
}

/** What is wrong with the options whoever holds the data folder, so that it is known before another is asked to let go of it. Throws as `listen`. */
export async function checkListening({
  host = HOST_DEFAULT,
  open = false,
  data,
  pipeline,
  webhooks = {},
}: Omit<ListenOptions, 'run'>): Promise<void> {
  checkOpen(host, isLoopback(await addressOf(host)), open, new Tokens(data).count, data)
  checkWebhooks(pipeline.ir, webhooks)
}

/**
 * Where the data folder has tokens, or has had some, they are asked for, on this machine too, unless `open`; where it has none, only this machine's own addresses are listened on, and only by names of this
 * machine is the server called. Throws `SPILL_INPUT` for an address that cannot be taken, or may not without tokens.
 */
export async function listen({ host = HOST_DEFAULT, port = PORT_DEFAULT, open = false, ...options }: ListenOptions): Promise<Listening> {
  const address = await addressOf(host)
  const isOwn = isLoopback(address)
  const tokens = new Tokens(options.data, options.onError)
  checkOpen(host, isOwn, open, tokens.count, options.data)
  const hosts = namesOf(host, isOwn, options.hosts)
  const app = serve({ ...options, ...(hosts && { hosts }), ...(!open && { tokens }) })
  try {
    await app.listen({ host: address, port })
  } catch (error) {
    await app.close()
    throw addressError(error, host, port)
  }
  const taken = (app.server.address() as AddressInfo).port
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, port: taken, close: () => app.close() }
}

/** Looked up before it is listened on, so that it is known whether the name is of this machine alone. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `${host} is no address of this machine`, { cause: error })
  }
}

function checkOpen(host: string, isOwn: boolean, open: boolean, tokens: number, data: string): void {
  if (isOwn) return
  if (open)
    throw new SpillwayError('SPILL_INPUT', `${host} can be reached from elsewhere, and is not listened on without asking for tokens`)
  if (tokens === 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `${host} can be reached from elsewhere, so clients need tokens, and there are none: spillway tokens add NAME --role ROLE --data ${data}`,
    )
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
