/** A folder as target of backups: a local disk, or one that is mounted. An object is written under a temporary name, flushed and renamed. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../../log/index.ts'
import { type BackupTarget, targetError, type TargetObject } from './backup-target.ts'

const UNFINISHED = '.part'

const problems: Readonly<Record<string, string>> = {
  ENOSPC: 'is full; make room, and back up again: what is there already is not copied again',
  EDQUOT: 'has reached its quota; make room, and back up again: what is there already is not copied again',
  EACCES: 'may not be read or written by this user; change its permissions',
  EPERM: 'may not be read or written by this user; change its permissions',
  EROFS: 'is read-only; choose a folder that can be written',
  ENOTDIR: 'is not a folder; choose a folder',
  EIO: 'cannot be read or written: its disk reports an error; check the disk',
}

export class FolderTarget implements BackupTarget {
  readonly place: string
  /** Folders that this target knows to be durable in their parents. */
  readonly #durable = new Set<string>()

  constructor(folder: string) {
    this.place = folder
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(name)
    const part = `${path}.${randomUUID()}${UNFINISHED}`
    await this.#guarded(async () => {
      await this.#makeFolder(dirname(path))
      try {
        const file = await open(part, 'wx', PRIVATE_FILE)
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(part, path)
      } catch (error) {
        await rm(part, { force: true }).catch(() => {})
        throw error
      }
      await syncFolder(dirname(path))
    })
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return this.#guarded(() => orAbsent(readFile(this.#pathOf(name))))
  }

  async find(name: string): Promise<TargetObject | undefined> {
    const stats = await this.#guarded(() => orAbsent(stat(this.#pathOf(name))))
    return stats?.isFile() ? { name, bytes: stats.size, modified: stats.mtimeMs } : undefined
  }

  async *list(prefix: string): AsyncGenerator<TargetObject> {
    const entries = await this.#guarded(() => orAbsent(readdir(this.#pathOf(prefix), { withFileTypes: true })))
    for (const entry of entries ?? []) {
      const name = prefix + entry.name
      if (entry.isDirectory()) yield* this.list(`${name}/`)
      else {
        // The file may have been renamed or deleted meanwhile.
        const object = await this.find(name)
        if (object) yield object
      }
    }
  }

  async remove(name: string): Promise<void> {
    await this.#guarded(() => rm(this.#pathOf(name), { force: true }))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Makes a folder durable up to the target, and beyond it up to the first folder that was there. Another process may have made them. */
  async #makeFolder(folder: string): Promise<void> {
    if (this.#durable.has(folder)) return
    const first = await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
    const top = first !== undefined && first.length <= this.place.length ? dirname(first) : this.place
    for (let parent = folder; parent.length > top.length;) await syncFolder((parent = dirname(parent)))
    this.#durable.add(folder)
  }

  #pathOf(name: string): string {
    return join(this.place, name)
  }

  async #guarded<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use()
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string }
      throw targetError(this.place, problems[code] ?? `cannot be read or written: ${message}`, error)
    }
  }
}

async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}

/** A rename is durable once its folder is. Windows cannot flush a folder, and does not need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
