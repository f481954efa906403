/**
 * A data folder: the log of one pipeline's sources and everything that stands with it, held by one process at a time.
 *
 * `log.db` (and SQLite's `-wal` and `-shm` beside it) is all that must be kept and backed up; `lock.db` and `holder.json` say who has it.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { makePrivateFile, makePrivateFolder, tightenFolder } from './folder-permissions.ts'
import { lockFolder, recordsLog } from './lock.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore, type SqliteOptions } from './sqlite-store.ts'
import { checkWal } from './wal-claim.ts'
import { storeError } from './store-error.ts'

export interface DataFolder {
  readonly store: SqliteStore
  /** The log's file. */
  readonly path: string
  /** Messages about permissions of the folder: those that were changed, and those that could not be changed. */
  readonly warnings: readonly string[]
  /** Gives the folder up; the store must be closed. */
  release(): void
}

const LOG = 'log.db'

/** Opens a folder to run in, or makes it. Throws `SPILL_BUSY`, `SPILL_STORE`, `SPILL_DATA`. */
export async function openFolder(folder: string, options: SqliteOptions = {}): Promise<DataFolder> {
  try {
    makePrivateFolder(folder)
  } catch (error) {
    throw new SpillwayError('SPILL_STORE', `cannot be made: ${(error as Error).message}`, { place: folder, cause: error })
  }
  const lock = lockFolder(folder)
  try {
    const path = join(folder, LOG)
    if (lock.hadLog) checkIsThere(path)
    checkWal(path)
    const warnings = tightenFolder(folder)
    makePrivateFile(path)
    const store = await SqliteStore.open(path, options)
    lock.hasLog()
    return { store, path, warnings, release: () => lock.release() }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Waits for what its store was given, closes it, and gives the folder up. Its threads would keep the process for ever. */
export async function closeFolder(folder: DataFolder): Promise<void> {
  await folder.store.close()
  folder.release()
}

/** SQLite would begin a new log where the old one is gone. */
function checkIsThere(path: string): void {
  const size = existsSync(path) ? statSync(path).size : 0
  if (size > 0) return
  const what = 'is missing or empty, and this folder had a log; restore it from a backup, or delete the folder to begin a new one'
  throw new SpillwayError('SPILL_DATA', what, { place: path })
}

/** Would a run begin a new log here? False where a log is, or was and is missing now. */
export const isUnused = (folder: string): boolean =>
  !existsSync(folder) || (statSync(folder).isDirectory() && !existsSync(join(folder, LOG)) && !recordsLog(folder))

/** What a folder holds, whoever runs in it. Throws `SPILL_STORE` if it is none, `SPILL_DATA` if its log cannot be read. */
export function readFolder(folder: string): SqliteReader {
  const path = join(folder, LOG)
  if (!existsSync(path)) throw new SpillwayError('SPILL_STORE', `is no data folder: it has no ${LOG}; a run makes one`, { place: folder })
  try {
    return new SqliteReader(path)
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    throw new SpillwayError('SPILL_DATA', `is no log of Spillway's: ${(error as Error).message}`, { place: path, cause: error })
  }
}

/** Gives what a folder holds to `use`, and closes it. Throws as `readFolder` does, and `SPILL_DATA` where the file cannot be read. */
export async function lookInto<T>(folder: string, use: (reader: SqliteReader) => T | Promise<T>): Promise<T> {
  const reader = readFolder(folder)
  try {
    return await use(reader)
  } catch (error) {
    throw isSqliteError(error) ? storeError(join(folder, LOG), error) : error
  } finally {
    reader.close()
  }
}

interface SqliteError extends Error {
  readonly code: string
  readonly errcode: number
}

export const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && (error as Partial<SqliteError>).code === 'ERR_SQLITE_ERROR'
