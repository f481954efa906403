/**
 * Checks of the Host header, against DNS rebinding: a page whose host name its owner points at this machine. The browser takes the
 * server for the page's own, and only the Host header still holds the page's name.
 */
import { isIP } from 'node:net'
import { ServeError } from '../http/serve-error.ts'

const loopbackNames = ['localhost', '127.0.0.1', '::1'] as const

/** Is the address in 127.0.0.0/8, or ::1? */
export const isLoopback = (address: string): boolean =>
  (isIP(address) === 4 && address.startsWith('127.')) || address === '::1' || /^::ffff:127\./i.test(address)

/**
 * The host names that requests to a server at `host` may use: those of this machine, its own, and `more`. `undefined`, for any name, if
 * other machines reach the server and `more` is absent.
 */
export const hostNamesOf = (host: string, isOwn: boolean, more?: readonly string[]): readonly string[] | undefined =>
  isOwn || more ? [...loopbackNames, host, ...(more ?? [])] : undefined

/**
 * Throws 400 for more than one Host header (RFC 9112, 3.2): a proxy may have checked a different one than Node reads. `raw` holds names
 * and values in turn.
 */
export function checkSingleHost(raw: readonly string[]): void {
  let hosts = 0
  for (let i = 0; i < raw.length; i += 2) if (raw[i].length === 4 && raw[i].toLowerCase() === 'host') hosts++
  if (hosts > 1) throw new ServeError('SPILL_INPUT', `the request has ${hosts} Host headers; send one`)
}

/** Throws 421 for a Host header outside `names`. A request without the header comes from no browser, and passes. */
export function checkHost(header: string | undefined, names: ReadonlySet<string>): void {
  if (header === undefined) return
  const name = header
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (names.has(name) || isLoopback(name)) return
  const message = `this server is not called '${name.slice(0, 100)}'; call it by ${[...names].join(', ')}, or, if that is its name, start it with --host ${name.slice(0, 100)}`
  throw new ServeError('SPILL_INPUT', message, { status: 421 })
}
