/**
 * Reads CSV (RFC 4180) with a header: each row is an object of texts by column name. The delimiter is detected from the header. Quotes
 * enclose a field that contains the delimiter, a quote (doubled) or a newline.
 *
 * An empty field is NULL; a quoted one (`""`) is the empty string. A violation of the RFC, such as a quote in an unquoted field or text
 * after a closing quote, rejects its row and no other.
 */
import { isUtf8 } from 'node:buffer'
import { limits } from '../base/index.ts'
import { type RecordOrigin, Fault } from '../intake/index.ts'
import { FileBytes } from './io/file-bytes.ts'
import { checkColumn } from './io/column-match.ts'
import { displayPath, formatError } from './io/file-error.ts'
import type { DetectedFile, InputFile } from './io/input-file.ts'
import { splitRecords, NEWLINE, type RecordRule } from './io/splitter.ts'
import { isBlank, textBatch, type DecodeRecord } from './text-batch.ts'

const delimiters = [',', ';', '\t', '|'] as const
type Delimiter = (typeof delimiters)[number]

interface Header {
  readonly names: readonly string[]
  readonly delimiter: Delimiter
}

export async function openCsv({ path, gzip, size }: DetectedFile): Promise<InputFile> {
  const header = await headerOf(path, gzip)
  const name = displayPath(path)
  const file = new FileBytes(path, gzip)
  const origin: RecordOrigin = { placeOf: line => `${name}:${line}`, text: true, tabular: true, zoneless: new Set() }
  return {
    name,
    format: 'csv',
    columns: header.names.filter(field => field !== '').map(field => ({ name: field })),
    get unterminatedEnd() {
      return file.unterminatedEnd
    },
    progress: () => file.bytesRead / size,
    async *batches(selected) {
      for (const column of selected ?? []) checkColumn(name, header.names, column)
      const decode = rowDecoder(header)
      for await (const records of splitRecords(file.chunks(), csvRowRule(header.delimiter))) yield textBatch(origin, records, decode)
    },
  }
}

async function headerOf(path: string, gzip: boolean): Promise<Header> {
  const header = await firstRow(path, gzip)
  if (header === undefined) throw formatError(path, 'has no header: every line is blank')
  const delimiter = detectDelimiter(header)
  const fields = csvFields(header, delimiter)
  if (fields instanceof Fault) throw formatError(path, `has a header that is not CSV: ${fields.detail}`)
  const names = fields.map(field => field?.trim() ?? '')
  if (header.includes('\r')) throw formatError(path, 'has lines that end in a carriage return alone; convert them to newlines')
  const duplicate = names.find((field, i) => field !== '' && names.indexOf(field) < i)
  if (duplicate !== undefined) throw formatError(path, `has two columns '${duplicate}'; rename one`)
  if (names.includes('__proto__')) throw formatError(path, `has a column '__proto__'; rename it`)
  return { names, delimiter }
}

/** The first line that is not blank. */
async function firstRow(path: string, gzip: boolean): Promise<string | undefined> {
  for await (const { bytes, starts, ends, tooLong } of splitRecords(new FileBytes(path, gzip).chunks(), csvRowRule(','))) {
    if (tooLong.length > 0)
      throw formatError(path, `has a first line of more than ${limits.LINE_BYTES_MAX} bytes (LINE_BYTES_MAX); is it CSV?`)
    const first = starts.findIndex((start, i) => !isBlank(bytes, start, ends[i]))
    if (first < 0) continue
    const row = bytes.subarray(starts[first], ends[first])
    if (!isUtf8(row)) throw formatError(path, 'has a header that is not UTF-8; convert the file')
    return row.toString('utf8').replace(/\r$/, '')
  }
  return undefined
}

/** Decodes the rows of one pass over a file; skips the header, which is the first line that is not blank. */
function rowDecoder({ names, delimiter }: Header): DecodeRecord {
  let sawHeader = false
  return (bytes, start, end, broken) => {
    if (isBlank(bytes, start, end)) return undefined
    if (!sawHeader) {
      sawHeader = true
      return undefined
    }
    if (broken) return new Fault('a quote is not closed')
    const fields = csvFields(bytes.toString('utf8', start, end), delimiter)
    if (fields instanceof Fault) return fields
    if (fields.length !== names.length) return new Fault(`${fields.length} fields where the header has ${names.length}`)
    const row: Record<string, string | null> = {}
    for (let i = 0; i < names.length; i++) row[names[i]] = fields[i]
    return { value: row }
  }
}

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
function csvFields(row: string, delimiter: Delimiter): (string | null)[] | Fault {
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
function detectDelimiter(header: string): Delimiter {
  const unquoted = header.replaceAll(/"[^"]*"/g, '')
  const counts = delimiters.map(delimiter => unquoted.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))]
}
