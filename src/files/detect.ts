/** Detects the format of a file: by its signature (gzip, Parquet), else by its extension, else by its first bytes. */
import { open } from 'node:fs/promises'
import { constants, gunzipSync } from 'node:zlib'
import { fileError, formatError, systemError } from './file-error.ts'
import type { FileFormat, DetectedFile } from './input-file.ts'

const HEAD_BYTES = 1 << 14

const extensions: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
}

/** Detects the format of a file; undefined for an empty file. Throws `SPILL_INPUT` for a file of another format. */
export async function detectFile(path: string): Promise<DetectedFile | undefined> {
  const { head: bytes, size } = await headOf(path)
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const head = gzip ? unpackedHead(bytes) : bytes
  if (head.length === 0 && !(gzip && isTruncated(bytes))) return undefined
  return { path, gzip, size, format: formatOf(path, head, gzip) }
}

async function headOf(path: string): Promise<{ head: Buffer; size: number }> {
  try {
    await using file = await open(path, 'r')
    const stat = await file.stat()
    if (stat.isDirectory()) throw fileError(path, 'is a folder; name a file')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return { head: buffer.subarray(0, bytesRead), size: stat.size }
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

function formatOf(path: string, head: Buffer, gzip: boolean): FileFormat {
  const byExtension = extensions[/\.([^./\\]+?)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '']
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
