/**
 * The lag of a file that is followed: bytes of complete lines behind the committed position.
 *
 * A line that is still being written is not counted, since nothing can read it yet. Costs a `stat` and usually one read of 64 KiB.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { detectFile } from '../../files/index.ts'
import { ONLY_PARTITION, type ReaderLag } from '../reader/source-reader.ts'
import { type BytePosition, parseFilePosition, positionKind } from './file-position.ts'

const CHUNK_BYTES = 1 << 16
const LINE_END = 0x0a

/** The lag by partition; empty for a file that is read once, and for a file that was replaced. */
export async function fileLag(path: string, text: string | undefined): Promise<ReadonlyMap<string, ReaderLag>> {
  const position = text === undefined ? await startOf(path) : parseFilePosition(path, text)
  if (position?.kind !== 'bytes') return new Map()
  await using file = await open(path)
  const { size, ino } = await file.stat()
  const { offset } = position
  if ((position.inode !== 0 && position.inode !== ino) || size < offset) return new Map()
  const end = await lastLineEnd(file, offset, size)
  return new Map([[ONLY_PARTITION, { position: offset, end, lag: end - offset, unit: 'bytes' }]])
}

/** The beginning of a file that is followed; undefined for a file that is read once. */
async function startOf(path: string): Promise<BytePosition | undefined> {
  return positionKind(await detectFile(path)) === 'bytes' ? { kind: 'bytes', offset: 0, line: 0, inode: 0 } : undefined
}

/** The offset behind the last line end between two offsets; the first of them if there is none. Reads backwards. */
async function lastLineEnd(file: FileHandle, from: number, to: number): Promise<number> {
  const buffer = Buffer.alloc(CHUNK_BYTES)
  for (let end = to; end > from;) {
    const start = Math.max(from, end - CHUNK_BYTES)
    const { bytesRead } = await file.read(buffer, 0, end - start, start)
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_END)
    if (at >= 0) return start + at + 1
    end = start
  }
  return from
}
