/** A file of records in any format, and the detection of the format: by signature (gzip, Parquet), else by extension, else by first bytes. */
import type { SourceIR } from '../../define/ir/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import { open } from 'node:fs/promises'
import { constants, gunzipSync } from 'node:zlib'
import { fileError, formatError, systemError } from './file-error.ts'

export type FileFormat = 'ndjson' | 'csv' | 'parquet'

/** A file whose format was detected. */
export interface DetectedFile {
  readonly path: string
  readonly format: FileFormat
  readonly gzip: boolean
  /** Size on disk, in bytes. */
  readonly size: number
  readonly inode: number
  /** The first bytes on disk, at most 16 kB. */
  readonly head: Uint8Array
  /** No content yet: the file has no bytes, or is a gzip of none. Its format is that of its extension, else NDJSON. */
  readonly isEmpty: boolean
}

export interface FileColumn {
  readonly name: string
  /** Type that the file states: `VARCHAR`, `TIMESTAMP`; none for CSV. */
  readonly type?: string
  /** True if a schema allows a record without the value, though each record may have it. */
  readonly nullable?: true
}

export interface InputFile {
  /** Path for messages. */
  readonly name: string
  readonly format: FileFormat
  /** Columns of every record: CSV and Parquet. */
  readonly columns?: readonly FileColumn[]
  /** Number of records, if the file states it. */
  readonly records?: number
  /** Size of a text whose last line has no newline, in bytes; undefined before all of it was read. */
  readonly unterminatedEnd?: number | undefined
  /** Fraction read so far, 0 to 1. */
  progress(): number
  /**
   * Reads the records from the first on. `columns` names the needed columns, default all; a columnar format reads no others. Throws
   * `SPILL_TRUNCATED` at the first damage, after the records before it.
   */
  batches(columns?: readonly string[]): AsyncGenerator<RecordBatch>
}

/** Opens records that are no file of this machine, for the only source that they feed, or for any. Connects to nothing before they are read. */
export type OpenRecords = (source?: SourceIR) => InputFile

const HEAD_BYTES = 1 << 14

const extensions: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
}

/**
 * Detects the format of a file.
 *
 * @throws `SPILL_FILE` for a file that cannot be read, `SPILL_FORMAT` for a different format.
 */
export async function detectFile(path: string): Promise<DetectedFile> {
  const file = await headOf(path)
  const { head } = file
  const gzip = head[0] === 0x1f && head[1] === 0x8b
  const content = gzip ? unpackedHead(head) : head
  const isEmpty = content.length === 0 && !(gzip && isTruncated(head))
  const format = isEmpty ? (formatByExtension(path) ?? 'ndjson') : formatOf(path, content, gzip)
  return { path, gzip, format, isEmpty, ...file }
}

async function headOf(path: string): Promise<{ head: Buffer; size: number; inode: number }> {
  try {
    await using file = await open(path, 'r')
    const stat = await file.stat()
    if (stat.isDirectory()) throw fileError(path, 'is a folder; name a file')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return { head: buffer.subarray(0, bytesRead), size: stat.size, inode: stat.ino }
  } catch (error) {
    throw systemError(path, error)
  }
}

/** Unpacks the first bytes of a gzip. A damaged gzip is left to its reader, which reports the damage. */
function unpackedHead(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.from('?')
  }
}

/** True for a gzip that is truncated before its first byte of content; false for an empty one. */
function isTruncated(packed: Buffer): boolean {
  try {
    gunzipSync(packed)
    return false
  } catch {
    return true
  }
}

const formatByExtension = (path: string): FileFormat | undefined =>
  extensions[/\.([^./\\]+?)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '']

function formatOf(path: string, head: Buffer, gzip: boolean): FileFormat {
  const byExtension = formatByExtension(path)
  const isParquet = head.subarray(0, 4).toString('latin1') === 'PAR1'
  if (isParquet && gzip) throw formatError(path, 'is Parquet within gzip; unpack it (Parquet compresses its columns itself)')
  if (isParquet) return 'parquet'
  if (byExtension === 'parquet') throw formatError(path, 'is not a Parquet file: it does not begin with PAR1')
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw formatError(path, 'is UTF-16; convert it to UTF-8')
  const text = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  if (text.startsWith('[') && /\.json(?:\.gz)?$/i.test(path))
    throw formatError(path, `is one JSON array; write one object a line (jq -c '.[]' does)`)
  if (byExtension) return byExtension
  if (text.startsWith('{')) return 'ndjson'
  if (head.includes(0)) throw formatError(path, 'is neither NDJSON nor CSV nor Parquet; Spillway reads these, plain or gzip')
  return 'csv'
}
