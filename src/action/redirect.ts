/** Redirects of a POST: only 307 and 308 preserve the method. */

/** The target of a 307 or 308, or the reason why it is not followed. Of a URL only the host is shown. */
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
