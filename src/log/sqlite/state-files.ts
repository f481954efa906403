/**
 * Derived state beside the log: a file a name in a folder of their own. Losing any of them costs time and nothing else.
 *
 * A file is whole under its name or not there: it is written under another one, flushed, and renamed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const UNFINISHED = '.part'

export class StateFiles {
  readonly #folder: string
  /** Names of files that are there, or may be: the folder is looked at once. */
  readonly #names: Set<string>
  #removing = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
    this.#names = new Set(existsSync(folder) ? readdirSync(folder) : [])
  }

  /** Those of the log in this file. */
  static beside(log: string): StateFiles {
    return new StateFiles(join(dirname(log), 'state'))
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#names.size === 0) mkdirSync(this.#folder, { recursive: true })
    this.#names.add(name)
    const path = join(this.#folder, name)
    const file = await open(`${path}${UNFINISHED}`, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}${UNFINISHED}`, path)
  }

  read(name: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#folder, name))
    } catch {
      return undefined
    }
  }

  /** What is not kept is what is there now; it is taken away a file at a time, beside whatever goes on. */
  keep(names: ReadonlySet<string>): void {
    const gone = [...this.#names].filter(name => !names.has(name))
    for (const name of gone) this.#names.delete(name)
    this.#removing = this.#removing.then(() => this.#remove(gone))
  }

  /** Resolves when everything that is not kept has been taken away. */
  settled(): Promise<void> {
    return this.#removing
  }

  /** A file that cannot be taken away costs room, and is tried again by the next process. */
  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true }).catch(() => {})
  }
}
