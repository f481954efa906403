/**
 * Follows a growing NDJSON file from a position on: each batch has the position after it, where reading can resume.
 *
 * A line counts once its newline is written. A file that became shorter, a different file under the same name, or one with another
 * beginning is an error: it does not hold the content that was read.
 */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { pause } from '../base/index.ts'
import type { RecordBatch, JsonLineReader } from '../intake/index.ts'
import { stripByteOrderMark } from './io/file-bytes.ts'
import { displayPath, systemError } from './io/file-error.ts'
import { differentFileError, HEAD_BYTES, headChecksum, shrunkFileError } from './file-identity.ts'
import { ndjsonBatches } from './ndjson.ts'

const CHUNK_BYTES = 1 << 18
const POLL_MS = 50
/** Looks for more lines in succession after which the name of the file is looked up. */
const LOOKS = 20

/** A position in an NDJSON file. */
export interface FilePosition {
  readonly offset: number
  readonly line: number
  /** Inode of the file, whatever its name; 0 if nothing was read, or any file is right. */
  readonly inode: number
  /** Checksum of its bytes before the offset, at most HEAD_BYTES. Positions of earlier versions have none. */
  readonly head?: string
}

/** Progress through a file. */
interface ReadState {
  bytes: number
  /** The first of the bytes that were read, at most HEAD_BYTES. */
  head: Buffer
}

/** The beginning of any file. */
export const fileStart: FilePosition = { offset: 0, line: 1, inode: 0 }

/** Where to begin, and when to end. */
export interface FollowFileOptions {
  readonly from: FilePosition
  /** Wait for more lines at the end, until the signal. Otherwise the last line counts without a newline too. */
  readonly follow: boolean
  readonly signal: AbortSignal
  /** As in `NdjsonOptions`. */
  readonly reader?: JsonLineReader | undefined
}

/**
 * The batches of a file after a position, each with the position after it.
 *
 * @throws `SPILL_FILE` if the file cannot be read, is a different file, or has become shorter.
 */
export async function* followNdjson(
  path: string,
  { from, follow, signal, reader }: FollowFileOptions,
): AsyncGenerator<{ batch: RecordBatch; position: FilePosition }> {
  const file = await openFile(path)
  try {
    const { ino: inode, size } = await file.stat()
    if (from.inode !== 0 && from.inode !== inode) throw differentFileError(path, `byte ${from.offset}`)
    if (size < from.offset) throw shrunkFileError(path, from.offset, size)
    const state: ReadState = { bytes: from.offset, head: await readHead(file, from.offset) }
    if (from.inode !== 0 && from.head !== undefined && from.head !== headChecksum(state.head, from.offset))
      throw differentFileError(path, `byte ${from.offset}`)
    const chunks = growingChunks(path, file, state, follow, signal)
    for await (const { batch, unfinished, nextLine } of ndjsonBatches(chunks, displayPath(path), { firstLine: from.line, reader })) {
      if (signal.aborted) return
      const offset = state.bytes - unfinished
      yield { batch, position: { offset, line: nextLine, inode, head: headChecksum(state.head, offset) } }
    }
  } finally {
    await file.close()
  }
}

/** The chunks after `state.bytes`, as they are written. */
async function* growingChunks(
  path: string,
  file: FileHandle,
  state: ReadState,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let looks = 0; !signal.aborted;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, state.bytes)
    if (bytesRead > 0) {
      looks = 0
      const isFirst = state.bytes === 0
      const bytes = buffer.subarray(0, bytesRead)
      state.bytes += bytesRead
      if (state.head.length < HEAD_BYTES) state.head = Buffer.concat([state.head, bytes.subarray(0, HEAD_BYTES - state.head.length)])
      yield isFirst ? stripByteOrderMark(bytes) : bytes
      continue
    }
    const { size, ino } = await file.stat()
    if (size < state.bytes) throw shrunkFileError(path, state.bytes, size)
    if (!follow) return
    if (size !== state.bytes) continue
    await pause(POLL_MS)
    if (++looks % LOOKS !== 0) continue
    // A file that is rotated has no name for a moment.
    const named = await stat(path).catch(() => undefined)
    if (named && named.ino !== ino) throw differentFileError(path, `byte ${state.bytes}`)
  }
}

/** The first bytes of a file before an offset. */
async function readHead(file: FileHandle, offset: number): Promise<Buffer> {
  const length = Math.min(offset, HEAD_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0)
  return buffer.subarray(0, bytesRead)
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw systemError(path, error)
  }
}
