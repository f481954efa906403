/**
 * What kind of file this is: by its first bytes where they are a signature (gzip, Parquet), else by its name, else by what it begins with.
 */
import { open } from 'node:fs/promises'
import { constants, gunzipSync } from 'node:zlib'
import { fileError, systemError } from './file-error.ts'
import type { FileFormat, FoundFile } from './input-file.ts'

const HEAD_BYTES = 1 << 14

const extensions: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
}

export async function detect(path: string): Promise<FoundFile> {
  const { head: packed, size } = await headOf(path)
  const gzip = packed[0] === 0x1f && packed[1] === 0x8b
  const head = gzip ? unpackedHead(packed) : packed
  if (head.length === 0 && !(gzip && isCut(packed))) throw fileError(path, 'is empty')
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

/** What the first bytes of a gzip hold. A damaged one is left to its reader, which says so. */
function unpackedHead(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.from('?')
  }
}

/** A gzip that has given nothing yet: cut off, or with nothing in it. */
function isCut(packed: Buffer): boolean {
  try {
    gunzipSync(packed)
    return false
  } catch {
    return true
  }
}

function formatOf(path: string, head: Buffer, gzip: boolean): FileFormat {
  const named = extensions[/\.([^./\\]+?)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '']
  const isParquet = head.subarray(0, 4).toString('latin1') === 'PAR1'
  if (isParquet && gzip) throw fileError(path, 'is Parquet within gzip; unpack it (Parquet compresses its columns itself)')
  if (isParquet) return 'parquet'
  if (named === 'parquet') throw fileError(path, 'is no Parquet file: it does not begin with PAR1')
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw fileError(path, 'is UTF-16; convert it to UTF-8')
  const text = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  if (text.startsWith('[') && /\.json(?:\.gz)?$/i.test(path))
    throw fileError(path, `is one JSON array; write one object a line (jq -c '.[]' does)`)
  if (named) return named
  if (text.startsWith('{')) return 'ndjson'
  if (head.includes(0)) throw fileError(path, 'is neither NDJSON nor CSV nor Parquet; Spillway reads these, plain or gzip')
  return 'csv'
}
