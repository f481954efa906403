/**
 * A data folder: the log of one pipeline and all data stored with it, held by one process at a time.
 *
 * `log.db`, with SQLite's `-wal` and `-shm` files, is the truth (`backup/` copies it). `lock.db` and `holder.json` identify the holder.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import { makePrivateFile, makePrivateFolder, tightenFolder } from '../folder-permissions.ts'
import { lockFolder, recordsFolderLog } from './lock.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
import { checkWalIntact } from './wal-check.ts'

export interface DataFolder {
  readonly store: SqliteStore
  /** Path of the log's file. */
  readonly path: string
  /** Messages about the folder's permissions: those that were changed, and those that could not be changed. */
  readonly warnings: readonly string[]
  /** Releases the folder; close the store first. */
  release(): void
}

const LOG_FILE = 'log.db'

/** Opens a folder for a run, or creates it. Throws `SPILL_BUSY`, `SPILL_STORE` or `SPILL_DATA`. */
export async function openDataFolder(folder: string, options: SqliteStoreOptions = {}): Promise<DataFolder> {
  try {
    makePrivateFolder(folder)
  } catch (error) {
    throw new SpillwayError('SPILL_STORE', `cannot be created: ${(error as Error).message}`, { place: folder, cause: error })
  }
  const lock = lockFolder(folder)
  try {
    const path = join(folder, LOG_FILE)
    if (lock.hadLog) checkLogExists(path)
    checkWalIntact(path)
    const warnings = tightenFolder(folder)
    makePrivateFile(path)
    const store = await SqliteStore.open(path, options)
    try {
      lock.recordLog()
    } catch (error) {
      await store.close()
      throw error
    }
    return { store, path, warnings, release: () => lock.release() }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Waits for pending commits, closes the store and releases the folder. Without this call the store's threads keep the process alive. */
export async function closeDataFolder(folder: DataFolder): Promise<void> {
  await folder.store.close()
  folder.release()
}

/** Rejects a missing log, since SQLite would silently create a new one. */
function checkLogExists(path: string): void {
  const size = existsSync(path) ? statSync(path).size : 0
  if (size > 0) return
  const problem = 'is missing or empty, and this folder had a log; restore it from a backup, or delete the folder to start a new one'
  throw new SpillwayError('SPILL_DATA', problem, { place: path })
}

/** True if a run would create a new log here; false where a log exists, or existed and is missing now. */
export const isUnusedFolder = (folder: string): boolean =>
  !existsSync(folder) || (statSync(folder).isDirectory() && !existsSync(join(folder, LOG_FILE)) && !recordsFolderLog(folder))

/**
 * Opens a folder for reading, also while a run holds it. Throws `SPILL_STORE` if it is not a data folder, `SPILL_DATA` if its log is
 * unreadable.
 */
export function readDataFolder(folder: string): SqliteReader {
  const path = join(folder, LOG_FILE)
  if (!existsSync(path))
    throw new SpillwayError('SPILL_STORE', `is not a data folder: it has no ${LOG_FILE}; a run creates one`, { place: folder })
  try {
    return new SqliteReader(path)
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    throw new SpillwayError('SPILL_DATA', `is not a Spillway log: ${(error as Error).message}`, { place: path, cause: error })
  }
}

/** Calls `use` with a reader of the folder, then closes the reader. Throws as `readDataFolder` does; so do all queries. */
export async function withFolderReader<T>(folder: string, use: (reader: SqliteReader) => T | Promise<T>): Promise<T> {
  const reader = readDataFolder(folder)
  try {
    return await use(reader)
  } finally {
    reader.close()
  }
}
