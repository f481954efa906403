/**
 * Looks up the token of a request. The token file is read again when it has changed, so that a revoked token lets nobody in. A check of
 * the file costs one `stat` each `TOKENS_LOOK_MS`.
 */
import { timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { stopwatch, type Clock, limits } from '../../base/index.ts'
import { SessionSeal, sessionValue } from './session-cookie.ts'
import { tokenHash, readTokens, tokenFilePath, type StoredToken } from './token-file.ts'

interface HashedToken {
  readonly token: StoredToken
  readonly hash: Buffer
}

/** The tokens of one data folder. */
export class Tokens {
  readonly #data: string
  readonly #onError: (error: unknown) => void
  readonly #clock: Clock
  readonly #seal: SessionSeal
  #tokens: readonly HashedToken[]
  /** Inode, time and size of the file. */
  #version: string
  /** Was that version read without an error? */
  #isRead = true
  #isRequired: boolean
  #checkedAt: number

  /** Throws as `readTokens`. */
  constructor(data: string, onError: (error: unknown) => void = () => {}, clock: Clock = stopwatch) {
    this.#data = data
    this.#onError = onError
    this.#clock = clock
    this.#seal = new SessionSeal(clock)
    this.#checkedAt = clock()
    this.#version = this.#fileVersion()
    this.#isRequired = this.#version !== ''
    this.#tokens = hashedTokens(data)
  }

  /** Has the folder, or had it, a token file? Then every client needs a token, also after the last one was revoked. */
  get areRequired(): boolean {
    if (!this.#isRequired) this.#refresh()
    return this.#isRequired
  }

  get count(): number {
    return this.#tokens.length
  }

  /** The token of an `Authorization: Bearer …` header. Compares with all tokens, in constant time. */
  find(authorization: string | undefined): StoredToken | undefined {
    const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (text === undefined) return undefined
    this.#refresh()
    const hash = tokenHash(text)
    let match: StoredToken | undefined
    for (const own of this.#tokens) if (timingSafeEqual(own.hash, hash)) match = own.token
    return match
  }

  /** The token of a request: that of its `Authorization` header, or else that of its session. */
  ofRequest(headers: IncomingHttpHeaders): StoredToken | undefined {
    const session = sessionValue(headers)
    if (session === undefined) return this.find(headers.authorization)
    this.#refresh()
    return this.#seal.open(
      session,
      this.#tokens.map(({ token }) => token),
    )
  }

  /** The value of the cookie for a session with a token. */
  sealSession(token: StoredToken): string {
    return this.#seal.seal(token)
  }

  /** Reads a changed file. A file that cannot be read lets nobody in until it can. */
  #refresh(): void {
    const now = this.#clock()
    if (now - this.#checkedAt < limits.TOKENS_LOOK_MS) return
    this.#checkedAt = now
    const version = this.#fileVersion()
    const isNew = version !== this.#version
    if (!isNew && this.#isRead) return
    this.#version = version
    this.#isRequired = true
    try {
      this.#tokens = hashedTokens(this.#data)
      this.#isRead = true
    } catch (error) {
      this.#tokens = []
      this.#isRead = false
      if (isNew) this.#onError(error)
    }
  }

  #fileVersion(): string {
    const stat = statSync(tokenFilePath(this.#data), { throwIfNoEntry: false })
    return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : ''
  }
}

const hashedTokens = (data: string): HashedToken[] => readTokens(data).map(token => ({ token, hash: Buffer.from(token.sha256, 'hex') }))
