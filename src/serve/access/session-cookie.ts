/**
 * Session of the dashboard: a cookie that names a token, for browsers, which send no `Authorization` header by themselves.
 *
 * A browser sends cookies to all ports of a host, so any other HTTP server there receives them. The cookie therefore holds no token. It is a
 * sealed value that only this process accepts, as a cookie alone, and for `SESSION_MS` at most.
 *
 * No session is stored: each request looks its token up, so a revoked token ends the session. A restart of the server ends it too. Scripts
 * cannot read the cookie (`HttpOnly`), and pages of other sites make no browser send it (`SameSite=Strict`). The name has the port: two
 * runs on one machine are two sessions.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Clock, limits } from '../../base/index.ts'
import type { StoredToken } from './token-file.ts'

const SECRET_BYTES = 32
/** Hexadecimal digits of a token's SHA-256 that identify the token: 128 bits. */
const ID_DIGITS = 32

/** Seals and opens the values of session cookies: token id, expiry, and their HMAC-SHA-256 with a random secret of the process. */
export class SessionSeal {
  readonly #secret = randomBytes(SECRET_BYTES)
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The value of the cookie for a session with this token. */
  seal({ sha256 }: StoredToken): string {
    const content = `${sha256.slice(0, ID_DIGITS)}.${Math.ceil(this.#clock() + limits.SESSION_MS)}`
    return `${content}.${this.#mac(content).toString('base64url')}`
  }

  /** The token of a cookie's value; `undefined` for a value of a different process, a changed or expired value, or a revoked token. */
  open(value: string, tokens: readonly StoredToken[]): StoredToken | undefined {
    const match = /^(([0-9a-f]+)\.(\d+))\.([\w-]+)$/.exec(value)
    if (!match) return undefined
    const [, content, id, expiry, mac] = match
    const [sent, own] = [Buffer.from(mac, 'base64url'), this.#mac(content)]
    if (sent.length !== own.length || !timingSafeEqual(sent, own)) return undefined
    if (this.#clock() >= Number(expiry)) return undefined
    return tokens.find(({ sha256 }) => sha256.slice(0, ID_DIGITS) === id)
  }

  #mac(content: string): Buffer {
    return createHmac('sha256', this.#secret).update(content).digest()
  }
}

const cookieName = (host: string | undefined): string => `spillway-session-${/:(\d+)$/.exec(host ?? '')?.[1] ?? '80'}`

/** The value of the session's cookie; `undefined` without one. An `Authorization` header takes precedence over a session. */
export function sessionValue({ authorization, cookie, host }: IncomingHttpHeaders): string | undefined {
  if (cookie === undefined || authorization !== undefined) return undefined
  const name = `${cookieName(host)}=`
  const own = cookie.split('; ').find(part => part.startsWith(name))
  return own === undefined || own.length === name.length ? undefined : own.slice(name.length)
}

/** Has the request a session's cookie, valid or not, and no `Authorization` header? */
export const hasSession = (headers: IncomingHttpHeaders): boolean => sessionValue(headers) !== undefined

interface CookieRequest {
  readonly headers: IncomingHttpHeaders
  /** `https` over an encrypted connection, or where a proxy that the server trusts says so. */
  readonly protocol: string
}

/** The `Set-Cookie` header that begins a session; without a value the one that ends it. */
export function sessionCookie(
  { headers, protocol }: CookieRequest,
  { value, path }: { readonly value?: string; readonly path: string },
): string {
  const isSecure = protocol === 'https' || headers['x-forwarded-proto'] === 'https'
  const parts = [`${cookieName(headers.host)}=${value ?? ''}`, 'HttpOnly', 'SameSite=Strict', `Path=${path === '' ? '/' : path}`]
  return [...parts, ...(isSecure ? ['Secure'] : []), ...(value === undefined ? ['Max-Age=0'] : [])].join('; ')
}
