/** Dead letters as JSON. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { SettledDeadLetter, StoredDeadLetter } from './dead-letters.ts'

export type AnyDeadLetter = StoredDeadLetter | SettledDeadLetter

/** A dead letter with all its fields and its version; bytes that are not UTF-8 text are base64. */
export function deadLetterJson(letter: AnyDeadLetter): object {
  const { raw, original, ...rest } = letter
  const version = deadLetterVersion(letter)
  return { ...rest, version, ...bytesAs('raw', raw), ...(original !== undefined && bytesAs('original', original)) }
}

/** Version of a dead letter's record: equal for equal bytes in an equal form. 64 bits of a SHA-256, as hexadecimal text. */
export const deadLetterVersion = ({ raw, form = {} }: Pick<AnyDeadLetter, 'raw' | 'form'>): string =>
  createHash('sha256').update(JSON.stringify(form)).update('\n').update(raw).digest('hex').slice(0, 16)

function bytesAs(name: string, raw: string | Uint8Array): Record<string, string> {
  const text = utf8TextOf(raw)
  return text === undefined ? { [`${name}Base64`]: base64Of(raw) } : { [name]: text }
}

export function utf8TextOf(raw: string | Uint8Array): string | undefined {
  if (typeof raw === 'string') return raw
  return isUtf8(raw) ? Buffer.from(raw).toString('utf8') : undefined
}

export const base64Of = (raw: string | Uint8Array): string => Buffer.from(raw).toString('base64')
