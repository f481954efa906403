/**
 * Derived state beside the log: a file a name in a folder of their own. Losing any of them costs time and nothing else.
 *
 * A file is whole under its name or not there: it is written under another one, flushed, and renamed.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const UNFINISHED = '.part'

export class StateFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Those of the log in this file. */
  static beside(log: string): StateFiles {
    return new StateFiles(join(dirname(log), 'state'))
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    mkdirSync(this.#folder, { recursive: true })
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

  keep(names: ReadonlySet<string>): void {
    for (const name of this.#names()) if (!names.has(name)) rmSync(join(this.#folder, name), { force: true })
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder)
    } catch {
      return []
    }
  }
}
