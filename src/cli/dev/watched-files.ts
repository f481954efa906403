/**
 * File watcher that polls modification time, size and inode. It reports a change after the files were stable for one poll, since editors
 * write a file in steps or replace it. Not every file system reports changes, so none is asked to.
 */
import { statSync } from 'node:fs'

/** A set of watched files. Cost of a poll: one `stat` per file. */
export class WatchedFiles {
  /** By path: the state at the last reported change, and at the last poll. */
  readonly #files = new Map<string, { reported: string; polled: string }>()

  /** Watches a file from a state on: that at which it was loaded, or its current one. */
  add(path: string, state: string = fileState(path)): void {
    this.#files.set(path, { reported: state, polled: state })
  }

  /** True if the files changed since the last reported change and are stable since the last poll. */
  poll(): boolean {
    let [isStable, isChanged] = [true, false]
    for (const [path, file] of this.#files) {
      const state = fileState(path)
      isStable &&= state === file.polled
      isChanged ||= state !== file.reported
      file.polled = state
    }
    if (!isStable || !isChanged) return false
    for (const file of this.#files.values()) file.reported = file.polled
    return true
  }
}

/** The state of a file, as text. */
export function fileState(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : 'none'
}
