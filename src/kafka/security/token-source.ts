/**
 * The tokens of a login by OAUTHBEARER, from a function or a file.
 *
 * A token is used until three quarters of its life have passed. Brokers let a client log in anew before the session of a token ends, which
 * the client does after four fifths, so that each new login gets a new token. A token without a known end is used once.
 */
import { limits, thrownText, wallClock, withDeadline } from '../../base/index.ts'
import { TokenError } from './security.ts'

/** A token as its source gives it. */
type SourceToken = string | { readonly token: string; readonly expiresAt?: number }

const LIFE_SHARE = 0.75
/** Clocks of machines differ. A broker decides about a token that ended a moment ago. */
const SKEW_MS = 60_000

export class TokenSource {
  readonly #read: () => SourceToken | Promise<SourceToken>
  readonly #now: () => number
  #token: { readonly text: string; readonly renewAt: number } | undefined
  #reading: Promise<string> | undefined

  /** `read` gives a token; its errors, and results that are no tokens, are `TokenError`. */
  constructor(read: () => SourceToken | Promise<SourceToken>, now: () => number = wallClock) {
    this.#read = read
    this.#now = now
  }

  /** The current token. Callers at the same time share one reading. */
  readonly token = (): Promise<string> => {
    if (this.#token && this.#now() < this.#token.renewAt) return Promise.resolve(this.#token.text)
    this.#reading ??= this.#renewed().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #renewed(): Promise<string> {
    const { text, expiresAt } = parsedToken(await this.#answer())
    const now = this.#now()
    if (expiresAt !== undefined && expiresAt + SKEW_MS < now)
      throw new TokenError(`sasl.token expired at ${new Date(expiresAt).toISOString()}: its function or file must give a new one`)
    this.#token = expiresAt === undefined ? undefined : { text, renewAt: now + (expiresAt - now) * LIFE_SHARE }
    return text
  }

  async #answer(): Promise<unknown> {
    const reading = (async () => this.#read())()
    try {
      return await withDeadline(reading, limits.KAFKA_TOKEN_MS, () => {
        throw new TokenError(`sasl.token was not there within ${limits.KAFKA_TOKEN_MS / 1000} s (KAFKA_TOKEN_MS)`)
      })
    } catch (error) {
      if (error instanceof TokenError) throw error
      throw new TokenError(`sasl.token cannot be had: ${thrownText(error, 'its function')}`, { cause: error })
    }
  }
}

/** Throws for anything that is no token, and does not show it: it may be a part of one. */
function parsedToken(value: unknown): { readonly text: string; readonly expiresAt: number | undefined } {
  const { token, expiresAt } = (typeof value === 'string' ? { token: value } : Object(value)) as { token?: unknown; expiresAt?: unknown }
  // RFC 6750, section 2.1.
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token))
    throw new TokenError('sasl.token is no token: a function gives its text, or { token, expiresAt }')
  if (expiresAt !== undefined && (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)))
    throw new TokenError('sasl.token: expiresAt is a number of milliseconds since 1970')
  return { text: token, expiresAt: expiresAt ?? jwtExpiry(token) }
}

/** The end of a JWT, UTC ms; undefined for other tokens, which only their issuer can read. */
function jwtExpiry(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8')) as { exp?: unknown }
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
