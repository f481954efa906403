/**
 * Files that change: told apart by their time and size, looked at in turn, since editors write a file in steps, or put another in its place, and not every
 * file system tells of it.
 */
import { statSync } from 'node:fs'

export class WatchedFiles {
  readonly #paths = new Set<string>()
  /** As they were when they were last taken. */
  #taken = ''
  /** As they were at the last look. */
  #seen = ''

  /** Watches these too, from how they are now on. */
  add(paths: Iterable<string>): void {
    const isUnchanged = this.#state() === this.#taken
    for (const path of paths) this.#paths.add(path)
    if (isUnchanged) this.#taken = this.#seen = this.#state()
  }

  /** Has anything changed since it last said so, and been still since the last look? */
  look(): boolean {
    const state = this.#state()
    const isStill = state === this.#seen
    this.#seen = state
    if (!isStill || state === this.#taken) return false
    this.#taken = state
    return true
  }

  #state(): string {
    return [...this.#paths].map(path => `${path} ${stateOf(path)}`).join('\n')
  }
}

function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'none'
}
