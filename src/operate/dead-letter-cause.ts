/**
 * The cause of a dead letter: its source, its reason, and its message without the values of the record. Dead letters of one fault have one
 * cause: `'amount' needs a finite number, got 'unknown'` and `… got 'none'` are both `'amount' needs a finite number, got …`.
 *
 * Names of fields stay, also of those that are no column: a producer that renames a field is one fault.
 */
import { createHash } from 'node:crypto'

/** A message is no longer than this in a cause, so that causes take little memory and patterns little time. */
const TEXT_MAX = 300

/** Values in the messages of `intake/`, by the words around them. */
const values: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\bnot JSON: .*$/s, 'not JSON: …'],
  [/\bgot .*$/s, 'got …'],
  [/\bhas no value .*$/s, 'has no value …'],
  [/ is .*, (outside |which has more digits)/s, ' is …, $1'],
  [/ is .* ahead of the arrival/s, ' is … ahead of the arrival'],
  [/\bthe arrival, -?\d+ ms\b/, 'the arrival, … ms'],
  [/ has \d+ bytes/, ' has … bytes'],
  [/\bnested \d+ deep/, 'nested … deep'],
  [/\bmap return(s|ed) \d+ rows/, 'map return$1 … rows'],
  [/\brow \d+ was rejected/, 'row … was rejected'],
]

/** The message of a rejection without the values of its record. An error of the user's `map` has no quoted texts and no numbers. */
export function causeText(reason: string, detail: string): string {
  const text = values.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), detail.slice(0, TEXT_MAX))
  if (reason !== 'map' || text !== detail) return text
  return text.replace(/(:.*)$/s, message => message.replace(/'[^']*'|"[^"]*"|\d+(?:\.\d+)?/g, '…'))
}

/** Identifies a cause in a URL: 64 bits of a SHA-256, as hexadecimal text. */
export const causeId = (source: string | null, reason: string, text: string): string =>
  createHash('sha256')
    .update(JSON.stringify([source, reason, text]))
    .digest('hex')
    .slice(0, 16)
