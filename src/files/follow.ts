/**
 * An NDJSON file that grows while it is read: its lines from a place on, and for each batch the place behind it, so that reading goes on there.
 *
 * A line counts once its newline is there. A file that has become shorter, or is another one under the same name, is an error: what was read is
 * no longer what it holds.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { pause } from '../base/clock.ts'
import type { RecordBatch } from '../intake/batch.ts'
import type { LineReader } from '../intake/line-reader.ts'
import { withoutMark } from './bytes.ts'
import { fileError, shownPath, systemError } from './file-error.ts'
import { ndjsonBatches } from './ndjson.ts'

const CHUNK_BYTES = 1 << 18
const POLL_MS = 50

/** Where a file was read up to. */
export interface FilePlace {
  readonly offset: number
  readonly line: number
  /** The file itself, whatever its name; 0 if nothing was read. */
  readonly inode: number
}

export const fileStart: FilePlace = { offset: 0, line: 1, inode: 0 }

export interface FollowOptions {
  readonly from: FilePlace
  /** Go on when the end is reached, until the signal; otherwise the last line counts without a newline too. */
  readonly follow: boolean
  readonly signal: AbortSignal
  /** As in `NdjsonOptions`. */
  readonly reader?: LineReader | undefined
}

/** Throws `SPILL_INPUT` if the file cannot be read, is another one, or has become shorter. */
export async function* followNdjson(
  path: string,
  { from, follow, signal, reader }: FollowOptions,
): AsyncGenerator<{ batch: RecordBatch; place: FilePlace }> {
  const file = await opened(path)
  try {
    const { ino: inode, size } = await file.stat()
    if (from.inode !== 0 && from.inode !== inode)
      throw fileError(
        path,
        `is not the file that was read up to byte ${from.offset}; give it another name, or start with an empty data folder`,
      )
    if (size < from.offset) throw shrunk(path, from.offset, size)
    const given = { bytes: from.offset }
    const chunks = growing(path, file, given, follow, signal)
    for await (const { batch, unfinished, nextLine } of ndjsonBatches(chunks, shownPath(path), { firstLine: from.line, reader })) {
      if (signal.aborted) return
      yield { batch, place: { offset: given.bytes - unfinished, line: nextLine, inode } }
    }
  } finally {
    await file.close()
  }
}

/** What stands behind `given.bytes`, as it comes. */
async function* growing(
  path: string,
  file: FileHandle,
  given: { bytes: number },
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  while (!signal.aborted) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, given.bytes)
    if (bytesRead > 0) {
      const isFirst = given.bytes === 0
      const bytes = buffer.subarray(0, bytesRead)
      given.bytes += bytesRead
      yield isFirst ? withoutMark(bytes) : bytes
      continue
    }
    const { size } = await file.stat()
    if (size < given.bytes) throw shrunk(path, given.bytes, size)
    if (!follow) return
    if (size === given.bytes) await pause(POLL_MS)
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw systemError(path, error)
  }
}

const shrunk = (path: string, read: number, size: number): Error =>
  fileError(
    path,
    `has become shorter while it was followed: ${read} bytes were read, and it has ${size}; append to it, and rotate under another name`,
  )
