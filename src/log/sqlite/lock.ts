/**
 * One process a data folder. The lock is one that the operating system takes back when the process ends, however it ends, so that nothing stale
 * is ever left: an exclusive transaction on a small file of its own. Beside it stands who holds it.
 */
import { existsSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { makePrivateFile, PRIVATE_FILE } from './folder-permissions.ts'
import { sqlite, type DatabaseSync } from './sqlite.ts'

export interface Lock {
  /** Has a process had a log in this folder before? */
  readonly hadLog: boolean
  /** From now on the folder has one. */
  hasLog(): void
  release(): void
}

const HOLDER = 'holder.json'
const LOCK = 'lock.db'
/** Longer than `isHeld` looks: nobody who only looks keeps a run from starting. */
const LOOK_MS = 100

/** Throws `SPILL_BUSY`, naming the process that holds the folder. */
export function lockFolder(folder: string): Lock {
  const db = opened(folder)
  try {
    db.exec(`PRAGMA busy_timeout = ${LOOK_MS}; BEGIN EXCLUSIVE`)
  } catch (error) {
    db.close()
    if (((error as { errcode?: number }).errcode ?? 0) !== SQLITE_BUSY) throw cannotLock(folder, error)
    throw new SpillwayError('SPILL_BUSY', `is in use by process ${holderOf(folder) ?? '(unknown)'}; stop it, or use another folder`, {
      place: folder,
    })
  }
  const hadLog = readHolder(folder).log === true
  const hold = (log: boolean): void => {
    const path = join(folder, HOLDER)
    writeFileSync(`${path}.part`, JSON.stringify({ pid: process.pid, ...(pids !== undefined && { pids }), ...(log && { log }) }), {
      mode: PRIVATE_FILE,
    })
    renameSync(`${path}.part`, path)
  }
  try {
    hold(hadLog)
  } catch (error) {
    release(db)
    throw new SpillwayError('SPILL_STORE', `cannot be written: ${(error as Error).message}`, { place: folder, cause: error })
  }
  return { hadLog, hasLog: () => hold(true), release: () => release(db) }
}

/** The process that holds the folder, or held it last. */
export const holderOf = (folder: string): number | undefined => readHolder(folder).pid

/** Is the holder a process of another container? Its number is that of no process here, or of a wrong one. */
export function isHeldElsewhere(folder: string): boolean {
  const holder = readHolder(folder)
  return holder.pids !== undefined && pids !== undefined && holder.pids !== pids
}

/** What processes are numbered by; a container has numbers of its own. Nothing where the system does not say. */
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

/** A file that is missing or damaged says nothing. */
function readHolder(folder: string): Holder {
  try {
    return Object(JSON.parse(readFileSync(join(folder, HOLDER), 'utf8'))) as Holder
  } catch {
    return {}
  }
}

/** Does a process hold the folder now? Looks for a moment, and changes nothing. */
export function isHeld(folder: string): boolean {
  if (!existsSync(join(folder, LOCK))) return false
  const db = new sqlite.DatabaseSync(join(folder, LOCK), { readOnly: true })
  try {
    db.exec('PRAGMA busy_timeout = 0')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) === SQLITE_BUSY) return true
    throw error
  } finally {
    db.close()
  }
}

const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function release(db: DatabaseSync): void {
  db.exec('ROLLBACK')
  db.close()
}

function opened(folder: string): DatabaseSync {
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
