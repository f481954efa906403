/**
 * The identity of a file that was read: whether a path still names that file, and the file has only grown since.
 *
 * Inode and first bytes tell files apart. A file of the same inode and first bytes whose later rows were changed in place is not noticed.
 */
import { hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { fileError } from './io/file-error.ts'
import type { DetectedFile } from './io/input-file.ts'
import { NEWLINE } from './io/splitter.ts'
import { CARRIAGE_RETURN } from './text-batch.ts'

/** A file as it was when it was read. */
export interface FileIdentity {
  readonly inode: number
  /** Bytes on disk. */
  readonly size: number
  /** Checksum of its first bytes, at most HEAD_BYTES. */
  readonly head: string
}

/** Bytes at the beginning of a file that tell it apart. */
export const HEAD_BYTES = 4096

/** The current identity of a file. */
export const identityOf = (file: DetectedFile): FileIdentity => ({
  inode: file.inode,
  size: file.size,
  head: headChecksum(file.head, file.size),
})

/**
 * Checks that a file is the one that was read; `read` says up to where, for the message. Parquet cannot grow, since its metadata is at the
 * end.
 *
 * @throws `SPILL_FILE` for a different file and for one that became shorter.
 */
export function checkIdentity(file: DetectedFile, earlier: FileIdentity, read: string): void {
  const { path, inode, size } = file
  if (inode !== earlier.inode) throw differentFileError(path, read)
  if (size < earlier.size) throw shrunkFileError(path, earlier.size, size)
  if (headChecksum(file.head, earlier.size) !== earlier.head) throw differentFileError(path, read)
  if (file.format === 'parquet' && size !== earlier.size) throw differentFileError(path, read)
}

/**
 * Checks that the last line of a text, which had no newline when it was read, has not become longer since. `end`: the size then; `read` says
 * which line, for the message.
 *
 * @throws `SPILL_FILE` for a line that was read before it was complete, and for a file that became shorter.
 */
export async function checkLineEnd({ path, size }: DetectedFile, end: number, read: string): Promise<void> {
  if (size < end) throw shrunkFileError(path, end, size)
  if (size === end) return
  await using file = await open(path, 'r')
  const [next] = (await file.read(Buffer.alloc(1), 0, 1, end)).buffer
  if (next !== NEWLINE && next !== CARRIAGE_RETURN)
    throw fileError(
      path,
      `has grown, and ${read} was read before it was complete; give it another name, or start with an empty data folder, and write whole lines`,
    )
}

/** SHA-256 of the first bytes of a file that has `size` bytes, cut to 64 bits. */
export const headChecksum = (head: Uint8Array, size: number): string =>
  hash('sha256', head.subarray(0, Math.min(size, HEAD_BYTES))).slice(0, 16)

/** The error for a path that names a different file than the one that was read. */
export const differentFileError = (path: string, read: string): Error =>
  fileError(path, `is not the file that was read up to ${read}; give it another name, or start with an empty data folder`)

/** The error for a file that has fewer bytes than were read. */
export const shrunkFileError = (path: string, read: number, size: number): Error =>
  fileError(
    path,
    `has become shorter since it was read: ${read} bytes were read, and it has ${size}; append to it, and rotate under another name`,
  )
