/**
 * The tokens of a data folder, in `tokens.json`, which only its owner may read: names, roles, and the SHA-256 of each token, never a token.
 *
 * A plain hash is enough: a token is 256 bits of chance and no password, so there is nothing that guessing could begin with.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { newSecret } from '../../base/secret.ts'
import { makePrivateFolder } from '../../log/sqlite/folder-permissions.ts'
import { isRole, type Role } from './roles.ts'

export interface Token {
  readonly name: string
  readonly roles: readonly Role[]
  /** Of the whole text of the token, hex. */
  readonly sha256: string
  /** UTC ms. */
  readonly created: number
}

const VERSION = 1
const PREFIX = 'spw_'

export const tokenPath = (data: string): string => join(data, 'tokens.json')

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** None where there is no file. Throws `SPILL_DATA` for a file that is none of tokens: nobody is let in by mistake. */
export function readTokens(data: string): readonly Token[] {
  const path = tokenPath(data)
  if (!existsSync(path)) return []
  let found: unknown
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SpillwayError('SPILL_DATA', `cannot be read: ${(error as Error).message}`, { place: path, cause: error })
  }
  const { version, tokens } = (found ?? {}) as { version?: unknown; tokens?: unknown }
  if (version !== VERSION || !Array.isArray(tokens) || !tokens.every(isToken))
    throw new SpillwayError('SPILL_DATA', 'is no file of tokens; delete it and add them again', { place: path })
  return tokens
}

function isToken(given: unknown): given is Token {
  const { name, roles, sha256, created } = (given ?? {}) as Partial<Record<keyof Token, unknown>>
  const isNamed = typeof name === 'string' && typeof created === 'number'
  return isNamed && /^[0-9a-f]{64}$/.test(String(sha256)) && Array.isArray(roles) && roles.every(role => isRole(String(role)))
}

/** Makes a token, whose text is nowhere else. `now` in UTC ms. Throws `SPILL_INPUT` for a name that is taken. */
export function addToken(data: string, name: string, roles: readonly Role[], now: number): string {
  const token = `${PREFIX}${newSecret()}`
  change(data, tokens => {
    if (tokens.some(other => other.name === name))
      throw new SpillwayError('SPILL_INPUT', `there is a token '${name}'; revoke it first, or take another name`)
    return [...tokens, { name, roles, sha256: hashOf(token).toString('hex'), created: now }]
  })
  return token
}

/** From now on nobody is let in by it. Throws `SPILL_INPUT` if there is none of that name. */
export function revokeToken(data: string, name: string): void {
  change(data, tokens => {
    const left = tokens.filter(other => other.name !== name)
    if (left.length === tokens.length) throw new SpillwayError('SPILL_INPUT', `there is no token '${name}'`)
    return left
  })
}

/** All of the file or none of it, by one process at a time. */
function change(data: string, to: (tokens: readonly Token[]) => readonly Token[]): void {
  makePrivateFolder(data)
  const path = tokenPath(data)
  const part = `${path}.part`
  const file = partOf(part)
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

function partOf(part: string): number {
  try {
    return openSync(part, 'wx', 0o600)
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const what = isThere
      ? 'is there: another process changes the tokens; if none does, delete it'
      : `cannot be written: ${(error as Error).message}`
    throw new SpillwayError(isThere ? 'SPILL_BUSY' : 'SPILL_STORE', what, { place: part, cause: error })
  }
}
