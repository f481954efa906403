/**
 * File watcher that polls modification time, size and inode. It reports a change after the files were stable for one poll, since editors
 * write a file in steps or replace it. Not every file system reports changes, so none is asked to.
 */
import { statSync } from 'node:fs'

/** A set of watched files. Cost of a poll: one `stat` per file. */
export class WatchedFiles {
  readonly #paths = new Set<string>()
  /** The state at the last reported change. */
  #reported = ''
  /** The state at the last poll. */
  #seen = ''

  /** Watches more files, from their current state on. */
  add(paths: Iterable<string>): void {
    const isUnchanged = this.#state() === this.#reported
    for (const path of paths) this.#paths.add(path)
    if (isUnchanged) this.#reported = this.#seen = this.#state()
  }

  /** True if the files changed since the last reported change and are stable since the last poll. */
  poll(): boolean {
    const state = this.#state()
    const isStill = state === this.#seen
    this.#seen = state
    if (!isStill || state === this.#reported) return false
    this.#reported = state
    return true
  }

  #state(): string {
    return [...this.#paths].map(path => `${path} ${stateOf(path)}`).join('\n')
  }
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : 'none'
}
