/**
 * Checks where a request comes from: its Host header, and whether a page of another site made a browser send it.
 *
 * DNS rebinding: the owner of a page points the page's host name at this machine. The browser takes the server for the page's own, and
 * only the Host header still holds the page's name.
 *
 * Cross-site request forgery (CSRF): a page of another site makes a browser send a request with the user's cookies. A browser sends a
 * `POST` without a body, or with a form's content type, for any page. It asks the server first (CORS preflight) for any other request. The
 * server does not allow CORS, so only the first kind needs a check here.
 */
import { isIP } from 'node:net'
import { ServeError } from '../http/serve-error.ts'
import type { IncomingHttpHeaders } from 'node:http'
import { contentType } from '../http/request.ts'
import { hasSession } from './session-cookie.ts'

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

/** Content types of forms, which a page may send to any site (Fetch standard, "CORS-safelisted request-header"). */
const formTypes = new Set(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])

/** Throws 403 for a request that may change state, comes from a page of another site, and needed no preflight. */
export function checkCsrf(method: string, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD' || !isCrossSite(headers)) return
  const [type] = contentType(headers)
  // A browser sends the cookie of a session to other ports of this host, too.
  const isSafe = !hasSession(headers) && (!formTypes.has(type) || headers.authorization !== undefined)
  // A page of another site has no token, and the browser sends a preflight for the header.
  if (isSafe) return
  throw new ServeError('SPILL_ROLE', 'a page of another site may not do this: it came from a browser, and not from a page of this server')
}

/** Browsers send `sec-fetch-site`; those before 2023 send `origin` alone. A client that sends neither is no browser. */
function isCrossSite({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin.replace(/^\w+:\/\//, '').toLowerCase() !== host?.toLowerCase()
}
