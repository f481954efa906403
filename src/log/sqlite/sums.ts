/** Checksums of single texts in the database, which SQLite keeps without any. */
import { crc32 } from 'node:zlib'
import { SpillwayError } from '../../base/errors.ts'

/** `name` is what the text stands under. */
export const sumOf = (name: string, text: string): number => crc32(`${name}\0${text}`)

/** Throws `SPILL_DATA` for a text that is not what was written. What an older format wrote has no sum. */
export function checkSum(path: string, name: string, text: string, sum: number | null): string {
  if (sum === null || sum === sumOf(name, text)) return text
  throw new SpillwayError('SPILL_DATA', `is damaged: the value '${name}' is not what was written; restore the folder from a backup`, {
    place: path,
  })
}
