/**
 * Rejects cross-site request forgery (CSRF): a page of another site that makes a browser send a request with the user's cookies.
 *
 * A browser sends a `POST` without a body, or with a form's content type, for any page. It asks the server first (CORS preflight) for
 * any other request. The server does not allow CORS, so only the first kind needs a check here.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { contentType } from '../http/content-type.ts'
import { ServeError } from '../http/serve-error.ts'

/** Content types of forms, which a page may send to any site (Fetch standard, "CORS-safelisted request-header"). */
const formTypes = new Set(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])

/** Throws 403 for a request that may change state, comes from a page of another site, and needed no preflight. */
export function checkCsrf(method: string, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD' || !isCrossSite(headers)) return
  const [type] = contentType(headers)
  // A page of another site has no token, and the browser sends a preflight for the header.
  if (!formTypes.has(type) || headers.authorization !== undefined) return
  throw new ServeError('SPILL_ROLE', 'a page of another site may not do this: it came from a browser, and not from a page of this server')
}

/** Browsers send `sec-fetch-site`; those before 2023 send `origin` alone. A client that sends neither is no browser. */
function isCrossSite({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin.replace(/^\w+:\/\//, '').toLowerCase() !== host?.toLowerCase()
}
