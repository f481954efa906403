/** Checksums of single texts in the database, since SQLite stores none. */
import { crc32 } from 'node:zlib'
import { SpillwayError } from '../../base/index.ts'

/** Checksum of a text under its name. */
export const valueChecksum = (name: string, text: string): number => crc32(`${name}\0${text}`)

/**
 * @throws `SPILL_DATA` for a text that differs from the one written. Texts of older formats have no checksum.
 */
export function verifyChecksum(path: string, name: string, text: string, sum: number | null): string {
  if (sum === null || sum === valueChecksum(name, text)) return text
  throw new SpillwayError('SPILL_DATA', `is damaged: the value '${name}' is not what was written; restore the folder from a backup`, {
    place: path,
  })
}
