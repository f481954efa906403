/** Explains failed attempts at a webhook for people: connections, and redirects that are not followed. No text holds a secret. */
import { SpillwayError } from '../base/index.ts'

/**
 * Explains a failed connection by the error codes of Node, OpenSSL and undici. Their own messages may hold secrets and are not shown. Names
 * the host and, except for our own errors, the code to search for.
 */
export function networkFailure(error: Error & { readonly code?: unknown }, host: string): string {
  if (error instanceof SpillwayError) return error.message
  const code = typeof error.code === 'string' ? error.code : error.name
  return `${reason(code, host)} (${code})`
}

function reason(code: string, host: string): string {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return `'${host}' has no address`
  if (code === 'ECONNREFUSED') return `nothing listens at '${host}'`
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return `no connection to '${host}' in time`
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return `'${host}' closed the connection before its answer was complete`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate is not one for '${host}'`
  if (/CERT|SIGNATURE|ISSUER|CRL/.test(code)) return `the certificate of '${host}' is not trusted`
  if (code === 'EPROTO' || /SSL|TLS/.test(code)) return `no TLS with '${host}'`
  if (code === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
    return `'${host}' answered with something else than HTTP`
  if (code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED') return 'the destination was closed'
  return `'${host}' cannot be reached`
}

/** The target of a 307 or 308, which alone preserve the method of a POST, or the reason why it is not followed. Of a URL only the host is shown. */
export function redirectTarget(from: URL, status: number, location: string | undefined): URL | string {
  const to = location === undefined ? null : URL.parse(location, from.href)
  if (!to) return `status ${status} without a location that is a URL`
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return `status ${status} redirects to '${to.protocol}', which is not followed`
  if (from.protocol === 'https:' && to.protocol === 'http:')
    return `status ${status} redirects from https to http at '${to.hostname}', which is not followed`
  return to
}

/** The reason why a 301, 302 or 303 is not followed, and the fix. */
export function unfollowedReason(from: URL, status: number, location: string | undefined): string {
  const host = location === undefined ? undefined : URL.parse(location, from.href)?.hostname
  const to = host === undefined ? '' : ` to '${host}'`
  return `status ${status} redirects${to}, which would make a GET of a POST; give the url that it redirects to, or let it answer 307 or 308`
}
