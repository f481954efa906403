/**
 * Starts a server on an address: a loopback address unless the caller names another. An address that other machines reach is
 * opened only where clients need tokens.
 */
import { lookup } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import { isLoopback, hostNamesOf } from './access/request-origin.ts'
import type { FastifyInstance } from 'fastify'
import type { ServedGate } from './http/served-gate.ts'
import type { ServerOptions } from './server.ts'
import { Tokens } from './access/tokens.ts'
import { checkWebhooks } from './routes/webhooks.ts'

/** The host unless another is named. */
const HOST_DEFAULT = '127.0.0.1'
/** The port unless another is named. */
const PORT_DEFAULT = 7070

/** The options of a listening server. */
export interface ListenOptions extends StrictOmit<ServerOptions, 'tokens'> {
  readonly host?: string
  /** 0 for any free port. */
  readonly port?: number
  /** On a loopback address, let clients in without the tokens of the data folder. */
  readonly noAuth?: boolean
}

/** An address, and the folder with the tokens for it. */
interface ListenPlace {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly noAuth?: boolean | undefined
  readonly data: string
  readonly hosts?: readonly string[] | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

/** The options of the server of a gate. */
export interface GateListenOptions extends ListenPlace {
  readonly gate: ServedGate
}

/** A server that accepts requests. */
export interface RunningServer {
  /** `http://127.0.0.1:7070`. */
  readonly url: string
  readonly port: number
  /** Takes no new requests, answers those in flight, and frees the port. The caller stops the run afterwards. */
  close(): Promise<void>
}

/**
 * Checks the options that need no data folder of their own: a process that takes over finds mistakes before the old one lets go.
 * Throws as `startServer` does.
 */
export async function checkListenOptions({
  host = HOST_DEFAULT,
  noAuth = false,
  data,
  pipeline,
  webhooks = {},
}: StrictOmit<ListenOptions, 'run'>): Promise<void> {
  checkAuthorization(host, isLoopback(await addressOf(host)), noAuth, new Tokens(data).count, data)
  checkWebhooks(pipeline.ir, webhooks)
}

/**
 * Starts the server. Where the data folder has, or once had, tokens, clients need one, on this machine too, unless `noAuth`. Where it
 * has none, only loopback addresses are allowed, and requests must name this machine as their host.
 *
 * Throws `SPILL_LISTEN` for an address that is taken or unknown, `SPILL_INPUT` for one that is forbidden without tokens.
 */
export async function startServer({ host, port, noAuth, ...options }: ListenOptions): Promise<RunningServer> {
  const { serve } = await import('./server.ts')
  const place = { host, port, noAuth, data: options.data, hosts: options.hosts, onError: options.onError }
  return listenAt(place, authorization => serve({ ...options, ...authorization }))
}

/** Starts the server of a gate. Throws as `startServer` does. */
export async function startGateServer({ gate, ...place }: GateListenOptions): Promise<RunningServer> {
  const [{ newServer }, { gatePlugin }] = await Promise.all([import('./server.ts'), import('./gate-plugin.ts')])
  return listenAt(place, authorization => {
    const app = newServer()
    void app.register(gatePlugin, { gate, ...authorization, ...(place.onError && { onError: place.onError }) })
    return app
  })
}

/** Opens the address, with the server that `serverOf` makes. */
async function listenAt(
  { host = HOST_DEFAULT, port = PORT_DEFAULT, noAuth = false, data, hosts: names, onError }: ListenPlace,
  serverOf: (authorization: Pick<ServerOptions, 'hosts' | 'tokens'>) => FastifyInstance,
): Promise<RunningServer> {
  const address = await addressOf(host)
  const isOwn = isLoopback(address)
  const tokens = new Tokens(data, onError)
  checkAuthorization(host, isOwn, noAuth, tokens.count, data)
  const hosts = hostNamesOf(host, isOwn, names)
  const app = serverOf({ ...(hosts && { hosts }), ...(!noAuth && { tokens }) })
  try {
    await app.listen({ host: address, port })
  } catch (error) {
    await app.close()
    throw addressError(error, host, port)
  }
  const actual = (app.server.address() as AddressInfo).port
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`, port: actual, close: () => app.close() }
}

/** Resolves the name first, so that the check for loopback sees the address that is opened. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (error) {
    throw new SpillwayError('SPILL_LISTEN', `${host} is no address of this machine`, { cause: error })
  }
}

function checkAuthorization(host: string, isOwn: boolean, noAuth: boolean, tokens: number, data: string): void {
  if (isOwn) return
  if (noAuth)
    throw new SpillwayError('SPILL_INPUT', `other machines can reach ${host}, so the server needs tokens there; leave --no-auth out`)
  if (tokens === 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `other machines can reach ${host}, so clients need tokens, and there are none: spillway tokens add NAME --role ROLE --data ${data}`,
    )
}

function addressError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  const place = `${host}:${port}`
  if (code === 'EADDRINUSE')
    return new SpillwayError('SPILL_LISTEN', `${place} is in use by another process; choose a different port, or 0 for a free one`)
  if (code === 'EACCES') return new SpillwayError('SPILL_LISTEN', `no permission to listen on ${place}; choose a port above 1023`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new SpillwayError('SPILL_LISTEN', `${host} is no address of this machine`)
  return error
}
