/**
 * The token file of a data folder, `tokens.json`, readable by its owner alone. It holds names, roles, and the SHA-256 of each token,
 * never a token.
 *
 * A plain hash suffices, without salt or stretching: a token is 256 random bits and no password, so guessing has nowhere to begin.
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import { makePrivateFolder } from '../../log/index.ts'

/** All roles. */
export const roles = ['ingest', 'read', 'decide', 'operate', 'personal', 'admin'] as const

/** A role that a route may need: `ingest`, `read`, `decide`, `operate`, `personal` or `admin`. */
export type Role = (typeof roles)[number]

/** One line for each role, for the help of commands. */
export const roleDescriptions: Readonly<Record<Role, string>> = {
  ingest: 'send events',
  read: 'read features, decisions, effects, their streams and figures',
  decide: 'ask models for decisions',
  operate: 'change dead letters and effects, start batch runs and reports, train and promote models',
  personal: 'see personal data unmasked, in the answers that its other roles allow',
  admin: 'all of that',
}

/** Do the roles of a client include the needed one? */
export const allowsRole = (own: readonly Role[], needed: Role): boolean => own.includes(needed) || own.includes('admin')

/** Is the text the name of a role? */
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** A token as the file holds it. */
export interface StoredToken {
  readonly name: string
  readonly roles: readonly Role[]
  /** SHA-256 of the whole text of the token, hex. */
  readonly sha256: string
  /** UTC ms. */
  readonly created: number
}

const VERSION = 1
const PREFIX = 'spw_'
/** 256 bits, from the operating system's generator, which no seed replays. */
const TOKEN_BYTES = 32

/** The path of the token file. */
export const tokenFilePath = (data: string): string => join(data, 'tokens.json')

/** The SHA-256 of a token's text. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()

/** The tokens of a folder; empty without a file. Throws `SPILL_DATA` for a damaged file, so that it lets nobody in. */
export function readTokens(data: string): readonly StoredToken[] {
  const path = tokenFilePath(data)
  if (!existsSync(path)) return []
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SpillwayError('SPILL_DATA', `cannot be read: ${(error as Error).message}`, { place: path, cause: error })
  }
  const { version, tokens } = (content ?? {}) as { version?: unknown; tokens?: unknown }
  if (version !== VERSION || !Array.isArray(tokens) || !tokens.every(isToken))
    throw new SpillwayError('SPILL_DATA', 'is no file of tokens; delete it and add them again', { place: path })
  return tokens
}

function isToken(value: unknown): value is StoredToken {
  const { name, roles, sha256, created } = (value ?? {}) as Partial<Record<keyof StoredToken, unknown>>
  const isNamed = typeof name === 'string' && typeof created === 'number'
  return isNamed && /^[0-9a-f]{64}$/.test(String(sha256)) && Array.isArray(roles) && roles.every(role => isRole(String(role)))
}

/** Adds a token, and returns its text, which is stored nowhere. `now` in UTC ms. Throws `SPILL_EXISTS` for a name that exists. */
export function addToken(data: string, name: string, roles: readonly Role[], now: number): string {
  const token = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
  rewrite(data, tokens => {
    if (tokens.some(other => other.name === name))
      throw new SpillwayError('SPILL_EXISTS', `there is a token '${name}'; revoke it first, or choose a different name`)
    return [...tokens, { name, roles, sha256: tokenHash(token).toString('hex'), created: now }]
  })
  return token
}

/** Removes a token, which lets nobody in any more. Throws `SPILL_NOT_FOUND` for an unknown name. */
export function revokeToken(data: string, name: string): void {
  rewrite(data, tokens => {
    const rest = tokens.filter(other => other.name !== name)
    if (rest.length === tokens.length) throw new SpillwayError('SPILL_NOT_FOUND', `there is no token '${name}'`)
    return rest
  })
}

/** Replaces the file atomically. The temporary file is the lock: one process changes tokens at a time. */
function rewrite(data: string, to: (tokens: readonly StoredToken[]) => readonly StoredToken[]): void {
  makePrivateFolder(data)
  const path = tokenFilePath(data)
  const part = `${path}.part`
  const file = openPart(part)
  try {
    writeSync(file, `${JSON.stringify({ version: VERSION, tokens: to(readTokens(data)) }, null, 2)}\n`)
    fsyncSync(file)
    renameSync(part, path)
  } catch (error) {
    unlinkSync(part)
    throw error
  } finally {
    closeSync(file)
  }
}

function openPart(part: string): number {
  try {
    return openSync(part, 'wx', 0o600)
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const message = exists
      ? 'exists: another process is changing the tokens; if none is, delete this file'
      : `cannot be written: ${(error as Error).message}`
    throw new SpillwayError(exists ? 'SPILL_BUSY' : 'SPILL_STORE', message, { place: part, cause: error })
  }
}
