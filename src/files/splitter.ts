/**
 * Bytes into records by a format's own rule, in batches: the part that NDJSON and CSV share.
 *
 * Holds one chunk and the record that it cuts, so at most LINE_BYTES_MAX bytes beside the chunk. A record that has no end within
 * that bound, or before the end of the file, is broken where its first line ends; a line longer than the bound is skipped as it comes, and
 * only its head is kept.
 */
import { limits } from '../base/limits.ts'

export const NEWLINE = 0x0a

export interface RecordRule {
  /** The index of the newline that ends the record at `from`, or of the end of the file; −1 if it does not end in `bytes`. */
  findEnd(bytes: Buffer, from: number, isLast: boolean): number
  /** Records may hold newlines. */
  readonly multiline: boolean
}

/** Records by reference to the bytes that hold them. */
export interface Records {
  readonly bytes: Buffer
  /** For each record its first byte, the byte behind its last (its newline excluded), and the number of its first line, from 1. */
  readonly starts: number[]
  readonly ends: number[]
  readonly lines: number[]
  /** Indexes of records that have no end: they are cut at the end of their line. */
  readonly broken: Set<number>
  readonly tooLong: LongLine[]
  /** Bytes, the last of all that were given, that belong to a record whose end has not come. */
  unfinished: number
  /** The number of the line that comes next. */
  nextLine: number
}

export interface LongLine {
  readonly line: number
  /** Bytes of the whole line. */
  length: number
  readonly head: Buffer
}

const HEAD_BYTES = 1024

/** `firstLine` is the number of the line that the chunks begin with. */
export async function* splitRecords(chunks: AsyncIterable<Buffer>, rule: RecordRule, firstLine = 1): AsyncGenerator<Records> {
  const splitter = new Splitter(rule, firstLine)
  for await (const chunk of chunks) yield splitter.push(chunk, false)
  yield splitter.push(Buffer.alloc(0), true)
}

class Splitter {
  readonly #rule: RecordRule
  #rest: Buffer = Buffer.alloc(0)
  #line: number
  #skipped: LongLine | undefined

  constructor(rule: RecordRule, firstLine: number) {
    this.#rule = rule
    this.#line = firstLine
  }

  push(chunk: Buffer, isLast: boolean): Records {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const records: Records = { bytes, starts: [], ends: [], lines: [], broken: new Set(), tooLong: [], unfinished: 0, nextLine: 1 }
    let start = this.#skipped ? this.#skipOn(records, 0, isLast) : 0
    while (start < bytes.length) {
      const end = this.#rule.findEnd(bytes, start, isLast)
      if (end >= 0 && end - start <= limits.LINE_BYTES_MAX) start = this.#add(records, start, end)
      else if (end < 0 && !isLast && bytes.length - start <= limits.LINE_BYTES_MAX) break
      else start = this.#cut(records, start, isLast)
    }
    this.#rest = bytes.subarray(start)
    records.unfinished = this.#rest.length + (this.#skipped?.length ?? 0)
    records.nextLine = this.#line
    return records
  }

  #add(records: Records, start: number, end: number): number {
    records.starts.push(start)
    records.ends.push(end)
    records.lines.push(this.#line)
    this.#line += this.#rule.multiline ? newlinesIn(records.bytes, start, end) + 1 : 1
    return end + 1
  }

  /** Gives up on the record at `start`, at the end of its line. */
  #cut(records: Records, start: number, isLast: boolean): number {
    const { bytes } = records
    const newline = bytes.indexOf(NEWLINE, start)
    const lineEnd = newline < 0 ? bytes.length : newline
    if (lineEnd - start <= limits.LINE_BYTES_MAX) {
      records.broken.add(records.starts.length)
      return this.#add(records, start, lineEnd)
    }
    this.#skipped = { line: this.#line, length: 0, head: Buffer.from(bytes.subarray(start, start + HEAD_BYTES)) }
    return this.#skipOn(records, start, isLast)
  }

  #skipOn(records: Records, start: number, isLast: boolean): number {
    const skipped = this.#skipped!
    const newline = records.bytes.indexOf(NEWLINE, start)
    const end = newline < 0 ? records.bytes.length : newline
    skipped.length += end - start
    if (newline < 0 && !isLast) return end
    records.tooLong.push(skipped)
    this.#skipped = undefined
    this.#line++
    return end + 1
  }
}

function newlinesIn(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE, start); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
