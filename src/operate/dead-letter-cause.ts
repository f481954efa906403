/**
 * The cause of a dead letter: its source, its reason, and its message without the values of the record. Dead letters of one fault have one
 * cause: `'amount' needs a finite number, got 'unknown'` and `… got 'none'` are both `'amount' needs a finite number, got …`.
 *
 * Names of fields stay, also of those that are no column: a producer that renames a field is one fault.
 */
import { createHash } from 'node:crypto'

/** Identifies a cause in a URL: 64 bits of a SHA-256, as hexadecimal text. */
export const causeId = (source: string | null, reason: string, text: string): string =>
  createHash('sha256')
    .update(JSON.stringify([source, reason, text]))
    .digest('hex')
    .slice(0, 16)
