/**
 * Notices that the log's files were deleted or replaced while they are open. SQLite goes on writing to a deleted file, which is gone once
 * its process ends, so what it acknowledged would be lost.
 */
import { statSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'

export class OpenFiles {
  readonly #path: string
  readonly #files: readonly { readonly path: string; readonly inode: string | undefined }[]

  /** Of the database at a path, and of its WAL: both must be there. */
  constructor(path: string) {
    this.#path = path
    this.#files = [path, `${path}-wal`].map(file => ({ path: file, inode: inodeOf(file) }))
  }

  /** Costs a microsecond or two for each file. @throws `SPILL_STORE` if one of them is gone, or is another. */
  check(): void {
    for (const { path, inode } of this.#files) {
      if (inodeOf(path) === inode) continue
      const problem =
        'was deleted or replaced while a process used it, and with it what was acknowledged; restore the folder from a backup, or start with a new one'
      throw new SpillwayError('SPILL_STORE', problem, { place: path === this.#path ? path : `${path}, the newest part of the log,` })
    }
  }
}

/** Device and number of a file; undefined if there is none. */
function inodeOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
