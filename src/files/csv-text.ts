/**
 * CSV by RFC 4180, in bytes and in fields: quotes enclose a field that contains the delimiter, a quote (doubled) or a newline.
 *
 * An empty field is NULL; a quoted one (`""`) is the empty string. A violation of the RFC, such as a quote in an unquoted field or text
 * after a closing quote, rejects its row and no other.
 */
import { Fault } from '../intake/index.ts'
import { NEWLINE, type RecordRule } from './splitter.ts'

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

const QUOTE = 0x22

/** Rows end at the first newline outside quotes. */
export function csvRowRule(delimiter: Delimiter): RecordRule {
  const delimiterByte = delimiter.charCodeAt(0)
  return {
    multiline: true,
    findEnd(bytes, from, isLast) {
      let startsField = true
      for (let i = from; i < bytes.length; i++) {
        const byte = bytes[i]
        if (byte === NEWLINE) return i
        if (byte === QUOTE && startsField) {
          i = closingQuote(bytes, i + 1, isLast)
          if (i < 0) return -1
        }
        startsField = byte === delimiterByte
      }
      return isLast ? bytes.length : -1
    },
  }
}

/** The quote that closes a field; −1 if it is not in `bytes`, or may be the first half of a doubled quote. */
function closingQuote(bytes: Buffer, from: number, isLast: boolean): number {
  let quote = bytes.indexOf(QUOTE, from)
  while (quote >= 0 && bytes[quote + 1] === QUOTE) quote = bytes.indexOf(QUOTE, quote + 2)
  return quote === bytes.length - 1 && !isLast ? -1 : quote
}

/** The fields of one row, or the reason why the row is invalid. */
export function csvFields(row: string, delimiter: Delimiter): (string | null)[] | Fault {
  if (!row.includes('"')) return row.split(delimiter).map(field => (field === '' ? null : field))
  const fields: (string | null)[] = []
  for (let at = 0; at <= row.length;) {
    const isQuoted = row[at] === '"'
    const end = isQuoted ? closingText(row, at + 1) : fieldEnd(row, at, delimiter)
    if (end < 0) return new Fault('a quote is not closed')
    const field = isQuoted ? row.slice(at + 1, end).replaceAll('""', '"') : row.slice(at, end)
    if (!isQuoted && field.includes('"')) return new Fault(`a quote within the unquoted field ${fields.length + 1}`)
    at = isQuoted ? end + 1 : end
    if (at < row.length && row[at] !== delimiter) return new Fault(`text after the closing quote of field ${fields.length + 1}`)
    fields.push(field === '' && !isQuoted ? null : field)
    at++
  }
  return fields
}

function fieldEnd(row: string, from: number, delimiter: Delimiter): number {
  const end = row.indexOf(delimiter, from)
  return end < 0 ? row.length : end
}

function closingText(row: string, from: number): number {
  let quote = row.indexOf('"', from)
  while (quote >= 0 && row[quote + 1] === '"') quote = row.indexOf('"', quote + 2)
  return quote
}

/** The most frequent delimiter of the header outside quotes; a comma if there is none. */
export function detectDelimiter(header: string): Delimiter {
  const unquoted = header.replaceAll(/"[^"]*"/g, '')
  const counts = delimiters.map(delimiter => unquoted.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))]
}
