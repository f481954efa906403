/**
 * Session of the dashboard: a cookie that holds a token, for browsers, which send no `Authorization` header by themselves.
 *
 * No session is stored: each request looks its token up, so a revoked token ends the session, and a session survives a restart of the
 * run. Scripts cannot read the cookie (`HttpOnly`), and pages of other sites make no browser send it (`SameSite=Strict`). It ends with
 * the browser. Cookies are shared by all ports of a host, so the name has the port: two runs on one machine are two sessions.
 */
import type { IncomingHttpHeaders } from 'node:http'

const cookieName = (host: string | undefined): string => `spillway-session-${/:(\d+)$/.exec(host ?? '')?.[1] ?? '80'}`

/** The token of the session; `undefined` without one. */
export function sessionToken({ cookie, host }: IncomingHttpHeaders): string | undefined {
  if (cookie === undefined) return undefined
  const name = `${cookieName(host)}=`
  const own = cookie.split('; ').find(part => part.startsWith(name))
  return own === undefined || own.length === name.length ? undefined : own.slice(name.length)
}

/** The `Authorization` header of a request, or what it would be for the token of the session. */
export function authorizationOf(headers: IncomingHttpHeaders): string | undefined {
  const token = headers.authorization === undefined ? sessionToken(headers) : undefined
  return token === undefined ? headers.authorization : `Bearer ${token}`
}

/** Is the request authorized by its session alone? */
export const hasSession = (headers: IncomingHttpHeaders): boolean =>
  headers.authorization === undefined && sessionToken(headers) !== undefined

/** The `Set-Cookie` header that begins a session; without a token the one that ends it. */
export function sessionCookie(headers: IncomingHttpHeaders, { token, path }: { readonly token?: string; readonly path: string }): string {
  const isSecure = headers['x-forwarded-proto'] === 'https'
  const parts = [`${cookieName(headers.host)}=${token ?? ''}`, 'HttpOnly', 'SameSite=Strict', `Path=${path === '' ? '/' : path}`]
  return [...parts, ...(isSecure ? ['Secure'] : []), ...(token === undefined ? ['Max-Age=0'] : [])].join('; ')
}
