/**
 * Opens connections to public addresses only.
 *
 * A name is looked up once, and the connection gets the checked addresses instead of the name. A name that changes its answer in between
 * (DNS rebinding) therefore leads nowhere else. Costs one lookup per connection, none per delivery.
 */
import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { buildConnector } from 'undici'
import { SpillwayError, callSoon } from '../base/index.ts'
import { isMetadataAddress, isPublicAddress } from './public-address.ts'

/** Resolves a name to all its addresses. */
export type ResolveHost = (host: string, done: (error: Error | null, found: readonly LookupAddress[]) => void) => void

/** Makes a connector that connects to the addresses of `options.lookup`. */
export type MakeConnector = (options: { readonly lookup: LookupFunction }) => buildConnector.connector

/** The resolver of the operating system. */
export const resolveBySystem: ResolveHost = (host, done) => lookup(host, { all: true }, done)

/**
 * A connector that blocks addresses with `SPILL_ADDRESS`: private ones unless `allowPrivate`, cloud metadata always, since a receiver may
 * redirect.
 */
export function publicAddressConnector(make: MakeConnector, resolve: ResolveHost, allowPrivate: boolean): buildConnector.connector {
  const resolveShared = sharedLookups(resolve)
  const allowed = (address: string): boolean => (allowPrivate ? !isMetadataAddress(address) : isPublicAddress(address))
  const connect = make({
    lookup: (host, options, done) =>
      resolveShared(host, (error, found) => {
        const addresses = found.filter(({ address }) => allowed(address))
        if (error || addresses.length === 0) done(error ?? blockedName(host, found), [])
        else if (options.all) done(null, addresses)
        else done(null, addresses[0].address, addresses[0].family)
      }),
  })
  return (options, callback) => {
    // An IP address needs no lookup.
    if (isIP(options.hostname) === 0 || allowed(options.hostname)) return connect(options, callback)
    callSoon(() => callback(blockedAddress(`'${options.hostname}' is`, options.hostname), null))
  }
}

/** Concurrent lookups of one name share one call: a lookup that hangs holds one thread of Node's small pool, not all. */
function sharedLookups(resolve: ResolveHost): ResolveHost {
  const waiting = new Map<string, Parameters<ResolveHost>[1][]>()
  return (host, done) => {
    const callbacks = waiting.get(host)
    if (callbacks) return void callbacks.push(done)
    const all = [done]
    waiting.set(host, all)
    resolve(host, (error, found) => {
      waiting.delete(host)
      for (const callback of all) callback(error, found ?? [])
    })
  }
}

function blockedName(host: string, [first]: readonly LookupAddress[]): SpillwayError {
  if (!first) return new SpillwayError('SPILL_ADDRESS', `'${host}' has no address`)
  return blockedAddress(`'${host}' resolves to`, first.address, ` (${first.address})`)
}

function blockedAddress(subject: string, address: string, shown = ''): SpillwayError {
  const why = isMetadataAddress(address)
    ? `an address where clouds keep a machine's secrets${shown}; nothing is sent there`
    : `a private address${shown}; allow it with allowPrivate`
  return new SpillwayError('SPILL_ADDRESS', `${subject} ${why}`)
}
