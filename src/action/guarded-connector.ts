/**
 * Opens connections to public addresses only. A name is looked up once, and the connection gets the addresses that were checked and no name to look up
 * again, so that one that changes its answer in between leads nowhere else. Costs a lookup a connection, none a delivery.
 */
import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { buildConnector } from 'undici'
import { SpillwayError } from '../base/errors.ts'
import { soon } from '../base/clock.ts'
import { isMetadata, isPublic } from './guard.ts'

/** Tells all addresses of a name. */
export type Resolve = (host: string, done: (error: Error | null, found: readonly LookupAddress[]) => void) => void

/** Makes what opens connections, to the addresses that `options.lookup` tells. */
export type MakeConnector = (options: { readonly lookup: LookupFunction }) => buildConnector.connector

export const systemResolve: Resolve = (host, done) => lookup(host, { all: true }, done)

/** What is not public is refused with `SPILL_ADDRESS`, unless `allowPrivate`; where clouds keep secrets, always: a receiver may redirect. */
export function guardedConnector(make: MakeConnector, resolve: Resolve, allowPrivate: boolean): buildConnector.connector {
  const ask = askedOnce(resolve)
  const allowed = (address: string): boolean => (allowPrivate ? !isMetadata(address) : isPublic(address))
  const connect = make({
    lookup: (host, options, done) =>
      ask(host, (error, found) => {
        const addresses = found.filter(({ address }) => allowed(address))
        if (error || addresses.length === 0) done(error ?? refusedName(host, found), [])
        else if (options.all) done(null, addresses)
        else done(null, addresses[0].address, addresses[0].family)
      }),
  })
  return (options, callback) => {
    // An address is no name, and is not looked up.
    if (isIP(options.hostname) === 0 || allowed(options.hostname)) return connect(options, callback)
    soon(() => callback(refused(`'${options.hostname}' is`, options.hostname), null))
  }
}

/** While a name is being looked up, whoever asks for it gets the same answer: a lookup that hangs holds one of Node's few threads, not all of them. */
function askedOnce(resolve: Resolve): Resolve {
  const waiting = new Map<string, Parameters<Resolve>[1][]>()
  return (host, done) => {
    const others = waiting.get(host)
    if (others) return void others.push(done)
    const all = [done]
    waiting.set(host, all)
    resolve(host, (error, found) => {
      waiting.delete(host)
      for (const tell of all) tell(error, found ?? [])
    })
  }
}

function refusedName(host: string, [first]: readonly LookupAddress[]): SpillwayError {
  if (!first) return new SpillwayError('SPILL_ADDRESS', `'${host}' has no address`)
  return refused(`'${host}' resolves to`, first.address, ` (${first.address})`)
}

function refused(what: string, address: string, shown = ''): SpillwayError {
  const why = isMetadata(address)
    ? `an address where clouds keep a machine's secrets${shown}; nothing is sent there`
    : `a private address${shown}; allow it with allowPrivate`
  return new SpillwayError('SPILL_ADDRESS', `${what} ${why}`)
}
