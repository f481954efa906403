/**
 * Derived state beside the log: a file a name in a folder of their own. Losing any of them costs time and nothing else.
 *
 * A file is whole under its name or not there: it is written under another one, flushed, and renamed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { limits } from '../../base/limits.ts'
import type { StateSink } from '../store.ts'

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

  create(name: string): StateSink {
    if (this.#names.size === 0) mkdirSync(this.#folder, { recursive: true })
    this.#names.add(name)
    return new StateFile(join(this.#folder, name))
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

/** A file that is being written, flushed as it grows: what a disk gets at once, commits of the log wait for. */
class StateFile implements StateSink {
  readonly #path: string
  #file: FileHandle | undefined
  #unflushed = 0

  constructor(path: string) {
    this.#path = path
  }

  async append(bytes: Uint8Array): Promise<void> {
    const file = await this.#open()
    await file.writeFile(bytes)
    this.#unflushed += bytes.length
    if (this.#unflushed < limits.STATE_FLUSH_BYTES) return
    await file.datasync()
    this.#unflushed = 0
  }

  async finish(): Promise<void> {
    const file = await this.#open()
    await file.sync()
    await this.#close()
    await rename(this.#unfinished, this.#path)
  }

  async discard(): Promise<void> {
    await this.#close()
    await rm(this.#unfinished, { force: true })
  }

  get #unfinished(): string {
    return `${this.#path}${UNFINISHED}`
  }

  async #open(): Promise<FileHandle> {
    return (this.#file ??= await open(this.#unfinished, 'w'))
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}
