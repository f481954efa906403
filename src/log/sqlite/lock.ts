/**
 * One process a data folder. The lock is one that the operating system takes back when the process ends, however it ends, so that nothing stale
 * is ever left: an exclusive transaction on a small file of its own. Beside it stands who holds it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { sqlite, type DatabaseSync } from './sqlite.ts'

export interface Lock {
  release(): void
}

const HOLDER = 'holder.json'
const LOCK = 'lock.db'
/** Longer than `isHeld` looks: nobody who only looks keeps a run from starting. */
const LOOK_MS = 100

/** Throws `SPILL_BUSY`, naming the process that holds the folder. */
export function lockFolder(folder: string): Lock {
  const db = new sqlite.DatabaseSync(join(folder, LOCK))
  try {
    db.exec(`PRAGMA busy_timeout = ${LOOK_MS}; BEGIN EXCLUSIVE`)
  } catch (error) {
    db.close()
    if (((error as { errcode?: number }).errcode ?? 0) !== SQLITE_BUSY) throw cannotLock(folder, error)
    throw new SpillwayError('SPILL_BUSY', `is in use by process ${holderOf(folder) ?? '(unknown)'}; stop it, or use another folder`, {
      place: folder,
    })
  }
  writeFileSync(join(folder, HOLDER), JSON.stringify({ pid: process.pid }))
  return { release: () => release(db) }
}

/** The process that holds the folder, or held it last. */
export function holderOf(folder: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, HOLDER), 'utf8')) as { pid?: number }).pid
  } catch {
    return undefined
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

function release(db: DatabaseSync): void {
  db.exec('ROLLBACK')
  db.close()
}

function cannotLock(folder: string, cause: unknown): SpillwayError {
  return new SpillwayError('SPILL_STORE', `cannot be locked: ${(cause as Error).message}`, { place: folder, cause })
}
