/**
 * Splits bytes into records by a format's rule, in batches; shared by NDJSON and CSV.
 *
 * Memory holds one chunk and the record across its end, so at most LINE_BYTES_MAX bytes beside the chunk. A record without an end, within
 * that limit or before the end of the file, is cut at the end of its first line. A line beyond the limit is skipped as it comes, and only
 * its first bytes are kept.
 */
import { limits } from '../../base/index.ts'

export const NEWLINE = 0x0a

export interface RecordRule {
  /** Index of the newline that ends the record at `from`, or of the end of the file; −1 if it does not end in `bytes`. */
  findEnd(bytes: Buffer, from: number, isLast: boolean): number
  /** True if records may contain newlines. */
  readonly multiline: boolean
}

/** Records as ranges of a shared buffer. */
export interface SplitRecords {
  readonly bytes: Buffer
  /** By record: its first byte, the byte after its last (newline excluded), and the number of its first line, from 1. */
  readonly starts: number[]
  readonly ends: number[]
  readonly lines: number[]
  /** Indexes of records without an end, which are cut at the end of their line. */
  readonly broken: Set<number>
  readonly tooLong: LongLine[]
  /** Bytes at the end of the input that belong to an unfinished record. */
  unfinished: number
  /** Number of the next line. */
  nextLine: number
}

export interface LongLine {
  readonly line: number
  /** Length of the whole line, in bytes. */
  length: number
  readonly head: Buffer
}

const HEAD_BYTES = 1024

/** `firstLine` is the number of the first line in the chunks. */
export async function* splitRecords(chunks: AsyncIterable<Buffer>, rule: RecordRule, firstLine = 1): AsyncGenerator<SplitRecords> {
  const splitter = new Splitter(rule, firstLine)
  for await (const chunk of chunks) yield splitter.push(chunk, false)
  yield splitter.push(Buffer.alloc(0), true)
}

class Splitter {
  readonly #rule: RecordRule
  #remainder: Buffer = Buffer.alloc(0)
  #line: number
  #skipped: LongLine | undefined

  constructor(rule: RecordRule, firstLine: number) {
    this.#rule = rule
    this.#line = firstLine
  }

  push(chunk: Buffer, isLast: boolean): SplitRecords {
    const bytes = this.#remainder.length === 0 ? chunk : Buffer.concat([this.#remainder, chunk])
    const records: SplitRecords = { bytes, starts: [], ends: [], lines: [], broken: new Set(), tooLong: [], unfinished: 0, nextLine: 1 }
    let start = this.#skipped ? this.#skipOn(records, 0, isLast) : 0
    while (start < bytes.length) {
      const end = this.#rule.findEnd(bytes, start, isLast)
      if (end >= 0 && end - start <= limits.LINE_BYTES_MAX) start = this.#add(records, start, end)
      else if (end < 0 && !isLast && bytes.length - start <= limits.LINE_BYTES_MAX) break
      else start = this.#cut(records, start, isLast)
    }
    this.#remainder = bytes.subarray(start)
    records.unfinished = this.#remainder.length + (this.#skipped?.length ?? 0)
    records.nextLine = this.#line
    return records
  }

  #add(records: SplitRecords, start: number, end: number): number {
    records.starts.push(start)
    records.ends.push(end)
    records.lines.push(this.#line)
    this.#line += this.#rule.multiline ? newlinesIn(records.bytes, start, end) + 1 : 1
    return end + 1
  }

  /** Gives up the record at `start` at the end of its line. */
  #cut(records: SplitRecords, start: number, isLast: boolean): number {
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

  #skipOn(records: SplitRecords, start: number, isLast: boolean): number {
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
