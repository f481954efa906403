/**
 * Lock of a data folder: one process at a time. The lock is an exclusive transaction on a small file of its own. The operating system
 * releases it when the process ends, however it ends, so no stale lock is ever left. A file beside it names the holder.
 */
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import { writeAtomically } from '../../base/node/index.ts'
import { makePrivateFile, PRIVATE_FILE } from '../folder-permissions.ts'
import { sqlite, type DatabaseSync } from './sqlite.ts'

export interface FolderLock {
  /** True if a process already had a log in this folder. */
  readonly hadLog: boolean
  /** Records that the folder has a log from now on. Throws `SPILL_STORE`. */
  recordLog(): void
  release(): void
}

const HOLDER = 'holder.json'
const LOCK = 'lock.db'
/** Longer than `isFolderHeld` takes, so that a look never keeps a run from starting. */
const LOCK_TIMEOUT_MS = 100

/**
 * @throws `SPILL_BUSY`, naming the process that holds the folder.
 */
export function lockFolder(folder: string): FolderLock {
  const db = openLock(folder)
  try {
    db.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_MS}; BEGIN EXCLUSIVE`)
  } catch (error) {
    db.close()
    if (!isBusy(error)) throw cannotLock(folder, error)
    throw new SpillwayError('SPILL_BUSY', `is in use by process ${folderHolder(folder) ?? '(unknown)'}; stop it, or use another folder`, {
      place: folder,
    })
  }
  const hadLog = recordsFolderLog(folder)
  const writeHolder = (log: boolean): void => {
    const holder = { pid: process.pid, ...(pids !== undefined && { pids }), ...(log && { log }) }
    try {
      writeAtomically(join(folder, HOLDER), JSON.stringify(holder), { mode: PRIVATE_FILE })
    } catch (error) {
      throw new SpillwayError('SPILL_STORE', `cannot be written: ${(error as Error).message}`, { place: folder, cause: error })
    }
  }
  try {
    writeHolder(hadLog)
  } catch (error) {
    release(db)
    throw error
  }
  return { hadLog, recordLog: () => writeHolder(true), release: () => release(db) }
}

/** Process id of the current or last holder. */
export const folderHolder = (folder: string): number | undefined => readHolder(folder).pid

/** True if the holder file records a log in this folder. */
export const recordsFolderLog = (folder: string): boolean => readHolder(folder).log === true

/** True if the holder runs in another container: its process id then names no process here, or a wrong one. */
export function isHeldInOtherContainer(folder: string): boolean {
  const holder = readHolder(folder)
  return holder.pids !== undefined && pids !== undefined && holder.pids !== pids
}

/** Namespace of process ids: each container has its own. `undefined` where the system does not tell. */
const pids = pidNamespace()

function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

interface Holder {
  readonly pid?: number
  readonly pids?: string
  readonly log?: boolean
}

/** A missing or damaged file gives an empty holder. */
function readHolder(folder: string): Holder {
  try {
    return Object(JSON.parse(readFileSync(join(folder, HOLDER), 'utf8'))) as Holder
  } catch {
    return {}
  }
}

/** True if a process holds the folder now. Returns at once and changes nothing. */
export function isFolderHeld(folder: string): boolean {
  if (!existsSync(join(folder, LOCK))) return false
  const db = new sqlite.DatabaseSync(join(folder, LOCK), { readOnly: true })
  try {
    db.exec('PRAGMA busy_timeout = 0')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    db.close()
  }
}

const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

const isBusy = (error: unknown): boolean => (error as { errcode?: number }).errcode === SQLITE_BUSY

function release(db: DatabaseSync): void {
  db.exec('ROLLBACK')
  db.close()
}

function openLock(folder: string): DatabaseSync {
  makePrivateFile(join(folder, LOCK))
  try {
    return new sqlite.DatabaseSync(join(folder, LOCK))
  } catch (error) {
    throw cannotLock(folder, error)
  }
}

function cannotLock(folder: string, cause: unknown): SpillwayError {
  const { errcode = 0, message } = cause as { errcode?: number; message: string }
  const isDamaged = [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)
  return new SpillwayError(
    isDamaged ? 'SPILL_DATA' : 'SPILL_STORE',
    isDamaged ? 'is damaged; it holds nothing: delete it if no process runs in the folder' : `cannot be locked: ${message}`,
    { place: isDamaged ? join(folder, LOCK) : folder, cause },
  )
}
