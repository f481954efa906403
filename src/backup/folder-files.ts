/**
 * The files of a data folder beside its log that a backup has: those that nothing can make again.
 *
 * Left out are saved states and results of batch runs (`state/`), which a start makes again from the log, files of work in progress, the
 * lock and the control socket.
 */
import { createReadStream, type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { limits, SpillwayError } from '../base/index.ts'
import { type Chunk, contentHash, type FileBackup } from './manifest.ts'
import { FILE_FOLDERS, isBackupPath } from './manifest-check.ts'
import type { ChunkContent } from './table-copier.ts'

/** Paths of the files, with slashes, sorted. Links are not followed. */
export function backupFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap(entry => {
      if (entry.isDirectory() && FILE_FOLDERS.test(entry.name)) return filesIn(folder, entry.name)
      return entry.isFile() ? [entry.name] : []
    })
    .filter(path => isBackupPath(path) && !isUnfinishedReport(path))
    .sort()
}

/** Is this the file of a report in progress? Earlier versions backed it up, so a manifest may have it. */
const isUnfinishedReport = (path: string): boolean => /\/\.part-[^/]*$/.test(path)

function filesIn(folder: string, path: string): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry: Dirent) => {
    const inside = `${path}/${entry.name}`
    if (entry.isDirectory()) return filesIn(folder, inside)
    return entry.isFile() ? [inside] : []
  })
}

/**
 * Copies the present content of a file. Yields the content of its chunks, and returns its description; `undefined` for a file that is gone. A file with
 * the size and the time of `base` is not read.
 */
export async function* copyFile(
  folder: string,
  path: string,
  base: FileBackup | undefined,
): AsyncGenerator<ChunkContent, FileBackup | undefined> {
  try {
    const { size, mtimeMs: modified } = statSync(join(folder, path))
    if (base?.bytes === size && base.modified === modified) return base
    const chunks: Chunk[] = []
    let bytes = 0
    // A file that grows meanwhile is copied up to its present size.
    const options = { highWaterMark: limits.BACKUP_CHUNK_BYTES, end: size - 1 }
    if (size > 0)
      for await (const content of createReadStream(join(folder, path), options) as AsyncIterable<Buffer>) {
        const hash = contentHash(content)
        chunks.push({ hash, bytes: content.length })
        bytes += content.length
        yield { hash, content }
      }
    return { path, bytes, modified, chunks }
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    const { code, message } = error as { code?: string; message: string }
    if (code === 'ENOENT') return undefined
    throw new SpillwayError('SPILL_STORE', `cannot be read: ${message}`, { place: join(folder, path), cause: error })
  }
}
