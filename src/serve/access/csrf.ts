/**
 * What a page of another site can send without asking first. A browser sends a `POST` without a body, or with one of a form's types, on behalf of any page that someone looks at, with the cookies that it
 * has for the server; for all else it asks the server first, which answers no (there is no CORS, unless a server around it has some).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { contentType } from '../http/content-type.ts'
import { ServeError } from '../http/serve-error.ts'

/** Types of a form, which a page may send anywhere (Fetch, "CORS-safelisted request-header"). */
const formTypes = new Set(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])

/** Throws 403 for what changes something, comes from a page of another site, and was sent without asking. */
export function checkSite(method: string, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD' || !isOfOtherSite(headers)) return
  const [type] = contentType(headers)
  // A token is sent by nobody who was not given it, and a browser asks first about it too.
  if (!formTypes.has(type) || headers.authorization !== undefined) return
  throw new ServeError('SPILL_ROLE', 'a page of another site may not do this: it came from a browser, and not from a page of this server')
}

/** Browsers say it themselves; those that do not (before 2023) say where the page is from. Whoever says neither is no browser. */
function isOfOtherSite({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin.replace(/^\w+:\/\//, '').toLowerCase() !== host?.toLowerCase()
}
