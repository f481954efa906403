/**
 * Derived state beside the log: a file a name in a folder of their own. Losing any of them costs time and nothing else.
 *
 * A file is whole under its name or not there: it is written under another one, flushed, and renamed.
 *
 * Files that are not kept are written over by those that come next. Their blocks are the disk's already: to write them makes no entry in the file system's
 * journal, and to take a file away makes a large one (with `discard` the disk is told of each block), which the log's next commits would wait for.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StateSink } from '../store.ts'
import { makePrivateFolder, PRIVATE_FILE } from './folder-permissions.ts'

const UNFINISHED = '.part'

export class StateFiles {
  readonly #folder: string
  /** Names of files that are there, or may be: the folder is looked at once. */
  readonly #names: Set<string>
  /** Of files that nothing needs, to be written over. */
  #spare: string[] = []
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
    if (this.#names.size === 0) makePrivateFolder(this.#folder)
    this.#names.add(name)
    const spare = this.#spare.shift()
    return new StateFile(join(this.#folder, name), spare === undefined ? undefined : join(this.#folder, spare))
  }

  read(name: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#folder, name))
    } catch {
      return undefined
    }
  }

  /** What is not kept is what is there now; it is written over by what is created until the next call, and what is not is taken away, beside whatever goes on. */
  keep(names: ReadonlySet<string>): void {
    const gone = [...this.#names].filter(name => !names.has(name))
    for (const name of gone) this.#names.delete(name)
    this.#removeSpares()
    this.#spare = gone
  }

  /** Resolves when everything that is not kept has been taken away. */
  close(): Promise<void> {
    this.#removeSpares()
    return this.#removing
  }

  #removeSpares(): void {
    const names = this.#spare.splice(0)
    this.#removing = this.#removing.then(() => this.#remove(names))
  }

  /** A file that cannot be taken away costs room, and is tried again by the next process. */
  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true }).catch(() => {})
  }
}

/** A file that is being written, flushed as it grows: what a disk gets at once, commits of the log wait for. */
class StateFile implements StateSink {
  readonly #path: string
  #spare: string | undefined
  #file: FileHandle | undefined
  #length = 0

  constructor(path: string, spare: string | undefined) {
    this.#path = path
    this.#spare = spare
  }

  async append(bytes: Uint8Array): Promise<void> {
    const file = await this.#open()
    await file.writeFile(bytes)
    this.#length += bytes.length
    await file.datasync()
  }

  async finish(): Promise<void> {
    const file = await this.#open()
    await file.truncate(this.#length)
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
    return (this.#file ??= (await this.#openSpare()) ?? (await open(this.#unfinished, 'w', PRIVATE_FILE)))
  }

  /** One that is gone, or cannot be had, is none. */
  async #openSpare(): Promise<FileHandle | undefined> {
    const spare = this.#spare
    if (spare === undefined) return undefined
    this.#spare = undefined
    try {
      await rename(spare, this.#unfinished)
      return await open(this.#unfinished, 'r+')
    } catch {
      return undefined
    }
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}
