/**
 * Splits bytes into records by a format's rule, in batches; shared by NDJSON and CSV.
 *
 * Memory holds one chunk and the record across its end, so at most LINE_BYTES_MAX bytes beside the chunk. A record without an end, within
 * that limit or before the end of the file, is cut at the end of its first line. A line beyond the limit is skipped as it comes, and only
 * its first bytes are kept.
 *
 * Large chunks are not copied: the record across two chunks is joined alone, in a batch of its own. Copies of whole chunks were a third of
 * the bytes that ingestion allocates, and so of its garbage collections.
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
  /** Bytes of the input so far that come after these records. */
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
/** Smaller chunks are copied behind the unfinished record. */
const LARGE_CHUNK_BYTES = 1 << 13
/** Bytes of a large chunk that are searched for the end of the unfinished record; doubled until it is found. */
const JOINED_BYTES = 1 << 10

/** `firstLine` is the number of the first line in the chunks. */
export async function* splitRecords(chunks: AsyncIterable<Buffer>, rule: RecordRule, firstLine = 1): AsyncGenerator<SplitRecords> {
  const splitter = new Splitter(rule, firstLine)
  for await (const chunk of chunks) yield* splitter.push(chunk)
  yield splitter.end()
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

  *push(chunk: Buffer): Generator<SplitRecords> {
    const joined = this.#joinRecord(chunk)
    if (!joined) return yield this.#split(this.#remainder.length === 0 ? chunk : Buffer.concat([this.#remainder, chunk]), false)
    const rest = chunk.subarray(joined.length - this.#remainder.length)
    yield { ...this.#split(joined, false), unfinished: rest.length }
    if (rest.length > 0) yield this.#split(rest, false)
  }

  end(): SplitRecords {
    return this.#split(this.#remainder, true)
  }

  /** The unfinished record with its end, from a large chunk; undefined if there is none, or without an end within the limit. */
  #joinRecord(chunk: Buffer): Buffer | undefined {
    const begun = this.#remainder.length
    if (begun === 0 || chunk.length < LARGE_CHUNK_BYTES) return undefined
    for (let length = JOINED_BYTES; length < chunk.length && begun + length <= limits.LINE_BYTES_MAX; length *= 2) {
      const bytes = Buffer.concat([this.#remainder, chunk.subarray(0, length)])
      const end = this.#rule.findEnd(bytes, 0, false)
      if (end >= 0) return bytes.subarray(0, end + 1)
    }
    return undefined
  }

  #split(bytes: Buffer, isLast: boolean): SplitRecords {
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
