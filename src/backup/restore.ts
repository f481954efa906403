/**
 * Restores a backup into an empty data folder. The log gets its name last, so a run never starts on half of a restore, and a restore that
 * was cut off is made again over what it left.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Clock, SpillwayError, wallClock } from '../base/index.ts'
import { writeAtomically } from '../base/node/index.ts'
import { makePrivateFolder, PRIVATE_FILE, PRIVATE_FOLDER } from '../log/index.ts'
import { isFolderHeld, lockFolder, logTables, LogTableWriter, readTableRows } from '../log/sqlite/index.ts'
import { readChunk } from './chunk-store.ts'
import { type BackupManifest, type FileBackup, readBackupManifest, type RestoreOrigin, selectBackup, type TableBackup } from './manifest.ts'
import { RESTORED } from './restore-origin.ts'
import type { BackupTarget } from './target/backup-target.ts'

export interface RestoreFolderOptions {
  /** Name of a backup, or a time, UTC ms, for the newest backup at or before it; the newest by default. */
  readonly at?: string | number | undefined
  readonly clock?: Clock
  /** Called after each chunk, with the share that is done. */
  readonly onProgress?: (share: number) => void
}

/** A finished restore. */
export interface RestoreResult {
  readonly backup: string
  /** Time of the backup, UTC ms. */
  readonly at: number
  /** Entries of the log before this one were restored. */
  readonly end: number
  /** Length of the content, bytes. */
  readonly bytes: number
}

const LOG = 'log.db'
/** Names a restore that is not finished. */
const MARKER = 'restore.json'
/** Files that a lock leaves in a folder. */
const LOCK_FILES = ['lock.db', 'lock.db-journal', 'holder.json']
/** Files that a mount point may have. */
const MOUNT_FILES = ['lost+found']

/**
 * Restores a backup.
 *
 * @throws `SPILL_BUSY` for a folder in use, `SPILL_EXISTS` for one that is not empty, `SPILL_NOT_FOUND` for a backup that does not
 *   exist, `SPILL_DATA` for a damaged one, `SPILL_BACKUP` for a target that cannot be read, `SPILL_STORE` if the folder cannot be written.
 */
export async function restoreFolder(target: BackupTarget, folder: string, options: RestoreFolderOptions = {}): Promise<RestoreResult> {
  const { at, clock = wallClock, onProgress = () => {} } = options
  checkEmpty(folder)
  const backup = await selectBackup(target, at)
  const manifest = await readBackupManifest(target, backup)
  written(folder, () => makeDurableFolder(folder))
  const lock = lockFolder(folder)
  try {
    checkEmpty(folder, true)
    // From here on a run does not take the folder for a new one.
    lock.recordLog()
    const origin: RestoreOrigin = { id: randomUUID(), backup, at: clock() }
    written(folder, () => writeAtomically(join(folder, MARKER), JSON.stringify(origin), { flush: true, mode: PRIVATE_FILE }))
    const total = [...manifest.tables, ...manifest.files].flatMap(({ chunks }) => chunks).reduce((sum, { bytes }) => sum + bytes, 0)
    let read = 0
    const next = async (chunk: { readonly hash: string; readonly bytes: number }): Promise<Uint8Array> => {
      const content = await readChunk(target, chunk)
      read += content.length
      onProgress(total === 0 ? 1 : read / total)
      return content
    }
    for (const file of manifest.files) await restoreFile(folder, file, next)
    await restoreLog(join(folder, `${LOG}.part`), manifest, origin, next)
    written(folder, () => {
      for (const { path } of manifest.files) syncFolders(folder, path)
      renameSync(join(folder, `${LOG}.part`), join(folder, LOG))
      syncFolder(folder)
      rmSync(join(folder, MARKER))
    })
    return { backup, at: manifest.at, end: manifest.end, bytes: total }
  } finally {
    lock.release()
  }
}

type ReadContent = (chunk: { readonly hash: string; readonly bytes: number }) => Promise<Uint8Array>

/** Rejects a folder with anything in it, unless a restore that was cut off left it. `isLocked`: this process has locked it. */
function checkEmpty(folder: string, isLocked = false): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new SpillwayError('SPILL_EXISTS', 'is a file; restore into a new folder', { place: folder })
  if (!isLocked && isFolderHeld(folder))
    throw new SpillwayError('SPILL_BUSY', 'is in use by a process; stop it and move the folder away, or restore into another folder', {
      place: folder,
    })
  const names = readdirSync(folder)
  if (names.includes(MARKER) && !names.includes(LOG)) return
  const other = names.find(name => ![...LOCK_FILES, ...MOUNT_FILES].includes(name))
  if (other === undefined) return
  throw new SpillwayError(
    'SPILL_EXISTS',
    `is not empty: it has ${other}; move the folder away, or restore into another one. A restore deletes nothing`,
    { place: folder },
  )
}

/** Every row is in the chunks as it was; rows that retention had removed stay out. */
async function restoreLog(path: string, manifest: BackupManifest, origin: RestoreOrigin, next: ReadContent): Promise<void> {
  rmSync(path, { force: true })
  const writer = new LogTableWriter(path, manifest.format)
  try {
    for (const backup of manifest.tables) await restoreTable(writer, backup, next)
    writer.putValue(RESTORED, JSON.stringify(origin))
    writer.finish()
  } catch (error) {
    writer.abandon()
    throw error
  }
}

async function restoreTable(writer: LogTableWriter, backup: TableBackup, next: ReadContent): Promise<void> {
  const { columns, from, chunks } = backup
  const table = logTables.find(({ name }) => name === backup.table)
  if (!table)
    throw new SpillwayError(
      'SPILL_DATA',
      `the backup has a table '${backup.table}', which this Spillway does not know; use a newer version`,
    )
  const key = table.key === undefined ? -1 : columns.indexOf(table.key)
  for (const chunk of chunks) {
    let rows = 0
    for (const row of readTableRows(await next(chunk), columns.length, `a chunk of table '${table.name}'`)) {
      rows++
      if (from === undefined || row[key]! >= from) writer.add(table, columns, row)
    }
    if (rows !== chunk.rows)
      throw new SpillwayError('SPILL_DATA', `a chunk of table '${table.name}' has ${rows} rows in place of ${chunk.rows} (${chunk.hash})`)
  }
}

async function restoreFile(folder: string, { path, bytes, chunks }: FileBackup, next: ReadContent): Promise<void> {
  const to = join(folder, ...path.split('/'))
  const part = `${to}.part`
  const file = written(folder, () => {
    mkdirSync(dirname(to), { recursive: true, mode: PRIVATE_FOLDER })
    // A restore that was cut off may have left the file. One that is made anew is none behind a link.
    rmSync(part, { force: true })
    checkInside(folder, dirname(path))
    return openSync(part, 'wx', PRIVATE_FILE)
  })
  try {
    for (const chunk of chunks) {
      const content = await next(chunk)
      written(folder, () => writeFileSync(file, content))
    }
    written(folder, () => {
      fsyncSync(file)
      const { size } = fstatSync(file)
      if (size !== bytes) throw new Error(`${path} has ${size} of ${bytes} bytes`)
    })
  } finally {
    closeSync(file)
  }
  written(folder, () => renameSync(part, to))
}

/** Rejects a folder that a link leads out of the data folder. */
function checkInside(folder: string, path: string): void {
  if (realpathSync(join(folder, path)) !== join(realpathSync(folder), path)) throw new Error(`${path} is a link; delete it`)
}

/** Makes a folder and those around it, each durable in its parent. */
function makeDurableFolder(folder: string): void {
  const parents: string[] = []
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) parents.push(dirname(path))
  makePrivateFolder(folder)
  for (const parent of parents) syncFolder(parent)
}

/** Makes the names of a file and of its folders durable. */
function syncFolders(folder: string, path: string): void {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    syncFolder(join(folder, parent))
    if (parent === '.') return
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function written<T>(folder: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    const problem =
      code === 'ENOSPC' ? 'has no room for the backup: the disk is full; make room, and restore again' : `cannot be written: ${message}`
    throw new SpillwayError('SPILL_STORE', problem, { place: folder, cause: error })
  }
}
