/**
 * Saved state beside the log: one file per name in a folder of their own. State is derived, so losing a file costs time only.
 *
 * A file under its name is always whole: it is written under a temporary name, flushed and renamed.
 *
 * New files overwrite old ones that are no longer needed. The blocks of an old file are allocated already, so overwriting it adds no entry
 * to the file system's journal. Deleting a file adds a large one (with `discard`, one disk command per block), and the log's next commits
 * would wait for it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StateSink } from '../store.ts'
import { makePrivateFolder, PRIVATE_FILE } from '../folder-permissions.ts'

const UNFINISHED = '.part'

export class StateFiles {
  readonly #folder: string
  /** Names of existing files, or of files that may exist: the folder is listed once. */
  readonly #names: Set<string>
  /** Unneeded files, to be overwritten. */
  #spares: string[] = []
  #removing = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
    this.#names = new Set(existsSync(folder) ? readdirSync(folder) : [])
  }

  /** The state files of the log in this file. */
  static beside(log: string): StateFiles {
    return new StateFiles(join(dirname(log), 'state'))
  }

  create(name: string): StateSink {
    if (this.#names.size === 0) makePrivateFolder(this.#folder)
    this.#names.add(name)
    // An unfinished file of this name, of an earlier process, is no spare of another one: it is about to be written.
    const unfinished = `${name}${UNFINISHED}`
    this.#names.delete(unfinished)
    this.#spares = this.#spares.filter(spare => spare !== unfinished)
    const spare = this.#spares.shift()
    return new StateFile(join(this.#folder, name), spare === undefined ? undefined : join(this.#folder, spare))
  }

  read(name: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#folder, name))
    } catch {
      return undefined
    }
  }

  /**
   * Marks all other files as unneeded. Files created until the next call overwrite them; those still left are then deleted in the
   * background.
   */
  retain(names: ReadonlySet<string>): void {
    const unneeded = [...this.#names].filter(name => !names.has(name))
    for (const name of unneeded) this.#names.delete(name)
    this.#removeSpares()
    this.#spares = unneeded
  }

  /** Resolves when all unneeded files are deleted. */
  close(): Promise<void> {
    this.#removeSpares()
    return this.#removing
  }

  #removeSpares(): void {
    const names = this.#spares.splice(0)
    this.#removing = this.#removing.then(() => this.#remove(names))
  }

  /** A file that cannot be deleted costs only room; the next process tries again. */
  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true }).catch(() => {})
  }
}

/**
 * A file being written. It is flushed as it grows, since the log's commits would wait for one large flush. Calls are carried out one after
 * another: a run that stops discards a file while a block of it is being written.
 */
class StateFile implements StateSink {
  readonly #path: string
  #spare: string | undefined
  #file: FileHandle | undefined
  #length = 0
  #isDiscarded = false
  /** Settles with the last call. */
  #pending: Promise<unknown> = Promise.resolve()

  constructor(path: string, spare: string | undefined) {
    this.#path = path
    this.#spare = spare
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isDiscarded) return
      const file = await this.#open()
      await file.writeFile(bytes)
      this.#length += bytes.length
      await file.datasync()
    })
  }

  finish(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isDiscarded) throw new Error(`the state ${this.#path} was discarded before it was finished`)
      const file = await this.#open()
      await file.truncate(this.#length)
      await file.sync()
      await this.#close()
      await rename(this.#unfinished, this.#path)
    })
  }

  discard(): Promise<void> {
    this.#isDiscarded = true
    return this.#inTurn(async () => {
      await this.#close()
      await rm(this.#unfinished, { force: true })
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#pending.then(work)
    this.#pending = done.catch(() => {})
    return done
  }

  get #unfinished(): string {
    return `${this.#path}${UNFINISHED}`
  }

  async #open(): Promise<FileHandle> {
    return (this.#file ??= (await this.#openSpare()) ?? (await open(this.#unfinished, 'w', PRIVATE_FILE)))
  }

  /** `undefined` if the spare file is gone or cannot be opened. */
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
