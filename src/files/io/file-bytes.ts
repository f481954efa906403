/**
 * Reads the bytes of a file in chunks; unpacks gzip on the way.
 *
 * Bytes before a fault are delivered before the error is thrown.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { SpillwayError } from '../../base/index.ts'
import { truncationError, systemError } from './file-error.ts'
import { NEWLINE } from './splitter.ts'

const CHUNK_BYTES = 1 << 18

/** The chunks of a file. Throws `SPILL_FILE` if it cannot be read, `SPILL_TRUNCATED` if its gzip is truncated or damaged. */
export class FileBytes {
  readonly #path: string
  readonly #gzip: boolean
  /** Bytes read so far from the disk, before unpacking. */
  bytesRead = 0
  /** As in `InputFile`; undefined for a gzip. */
  unterminatedEnd: number | undefined

  constructor(path: string, gzip: boolean) {
    this.#path = path
    this.#gzip = gzip
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const file = createReadStream(this.#path, { highWaterMark: CHUNK_BYTES })
    const chunks: Readable = this.#gzip ? gunzipped(file) : file
    let lastByte: number | undefined
    try {
      for await (const chunk of withoutByteOrderMark(chunks)) {
        this.bytesRead = file.bytesRead
        lastByte = chunk.at(-1) ?? lastByte
        yield chunk
      }
      if (!this.#gzip && lastByte !== NEWLINE) this.unterminatedEnd = this.bytesRead
    } catch (error) {
      throw this.#gzip ? gzipError(this.#path, error) : systemError(this.#path, error)
    } finally {
      file.destroy()
      chunks.destroy()
    }
  }
}

/** Size of a file, and SHA-256 of its bytes, hex. */
export interface FileChecksum {
  readonly bytes: number
  readonly sha256: string
}

/** Throws `SPILL_FILE` if the file cannot be read. */
export async function fileChecksum(path: string): Promise<FileChecksum> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    throw systemError(path, error)
  }
  return { bytes, sha256: hash.digest('hex') }
}

function gunzipped(file: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  file.on('error', error => gunzip.destroy(error))
  return file.pipe(gunzip)
}

function gzipError(path: string, error: unknown): SpillwayError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return truncationError(path, 'is a gzip that was cut off: its end is missing; copy the file again', error)
  if (code === 'Z_DATA_ERROR') return truncationError(path, `is a damaged gzip (${(error as Error).message}); copy the file again`, error)
  return systemError(path, error)
}

/** The chunks of a text without its byte order mark, however the chunks are cut. */
export async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (!head) yield chunk
    else {
      head = Buffer.concat([head, chunk])
      if (head.length < 3) continue
      yield stripByteOrderMark(head)
      head = undefined
    }
  }
  if (head && head.length > 0) yield head
}

/** Removes the UTF-8 byte order mark at the start of a text, which is not part of it. */
export function stripByteOrderMark(chunk: Buffer): Buffer {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk
}
