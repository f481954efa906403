/** Which token a request brings. The file is looked at again when it has changed, so that a token that was revoked lets nobody in from then on. */
import { timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import { stopwatch, type Clock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { hashOf, readTokens, tokenPath, type Token } from './token-file.ts'

interface Known {
  readonly token: Token
  readonly hash: Buffer
}

export class Tokens {
  readonly #data: string
  readonly #onError: (error: unknown) => void
  readonly #clock: Clock
  #known: readonly Known[]
  #version: string
  /** Was that version read? */
  #isRead = true
  #isAsked: boolean
  #lookedAt: number

  /** Throws as `readTokens`. */
  constructor(data: string, onError: (error: unknown) => void = () => {}, clock: Clock = stopwatch) {
    this.#data = data
    this.#onError = onError
    this.#clock = clock
    this.#lookedAt = clock()
    this.#version = this.#versionNow()
    this.#isAsked = this.#version !== ''
    this.#known = knownOf(data)
  }

  /** Does the folder have a file of tokens, or had it one? Then who has none of them is not let in, though the last was revoked. */
  get areAsked(): boolean {
    if (!this.#isAsked) this.#lookAgain()
    return this.#isAsked
  }

  get count(): number {
    return this.#known.length
  }

  /** The token of an `Authorization: Bearer …`. Compares with all of them, so that the time taken says nothing of any. */
  find(authorization: string | undefined): Token | undefined {
    const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (text === undefined) return undefined
    this.#lookAgain()
    const hash = hashOf(text)
    let found: Token | undefined
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) found = known.token
    return found
  }

  /** A file that cannot be read any more lets nobody in, until it can. */
  #lookAgain(): void {
    const now = this.#clock()
    if (now - this.#lookedAt < limits.TOKENS_LOOK_MS) return
    this.#lookedAt = now
    const version = this.#versionNow()
    const isNew = version !== this.#version
    if (!isNew && this.#isRead) return
    this.#version = version
    this.#isAsked = true
    try {
      this.#known = knownOf(this.#data)
      this.#isRead = true
    } catch (error) {
      this.#known = []
      this.#isRead = false
      if (isNew) this.#onError(error)
    }
  }

  #versionNow(): string {
    const found = statSync(tokenPath(this.#data), { throwIfNoEntry: false })
    return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : ''
  }
}

const knownOf = (data: string): Known[] => readTokens(data).map(token => ({ token, hash: Buffer.from(token.sha256, 'hex') }))
