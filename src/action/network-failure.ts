/**
 * Explains a failed connection for people, by the error codes of Node, OpenSSL and undici. Their own messages may hold secrets and are not
 * shown.
 */
import { SpillwayError } from '../base/index.ts'

/** A reason that names the host and, except for our own errors, the code to search for. */
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
