/** Dead letters as JSON. */
import { isUtf8 } from 'node:buffer'
import type { SettledDeadLetter, StoredDeadLetter } from './dead-letters.ts'

export type AnyDeadLetter = StoredDeadLetter | SettledDeadLetter

/** A dead letter with all its fields; bytes that are not UTF-8 text are base64. */
export function deadLetterJson({ raw, original, ...letter }: AnyDeadLetter): object {
  return { ...letter, ...bytesAs('raw', raw), ...(original !== undefined && bytesAs('original', original)) }
}

function bytesAs(name: string, raw: string | Uint8Array): Record<string, string> {
  const text = utf8TextOf(raw)
  return text === undefined ? { [`${name}Base64`]: base64Of(raw) } : { [name]: text }
}

export function utf8TextOf(raw: string | Uint8Array): string | undefined {
  if (typeof raw === 'string') return raw
  return isUtf8(raw) ? Buffer.from(raw).toString('utf8') : undefined
}

export const base64Of = (raw: string | Uint8Array): string => Buffer.from(raw).toString('base64')
