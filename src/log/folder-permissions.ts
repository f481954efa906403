/**
 * Permissions of a data folder: only its owner can read it (0700, files 0600). Its log holds records, decisions and effects; hashes of
 * tokens lie beside it.
 *
 * Spillway creates its files with these permissions, and sets them on files of earlier versions when it opens the folder. A folder that
 * also holds other files, such as a project or `/srv`, keeps its own permissions, and a warning says so. Windows has no such permissions.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, type Dirent } from 'node:fs'
import { dirname, join } from 'node:path'

export const PRIVATE_FOLDER = 0o700
export const PRIVATE_FILE = 0o600
const OTHERS = 0o077

const OWN_FILES =
  /^(?:(?:log|lock)\.db(?:-wal|-shm|-journal)?|holder\.json|tokens\.json|objectives\.json|restore\.json|failed-run\.json|audit\.ndjson|copy-.+\.ndjson)(?:\.part|\.partial)?$/
const OWN_FOLDERS = /^(?:state|spill|reports|run-control)$/

/** Creates a missing folder that only its owner can read; its parents get the default permissions. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
}

/**
 * Creates a missing file, empty, that only its owner can read. SQLite would make it public, and its WAL and index inherit the mode.
 *
 * An existing file is not opened: closing it would release the locks that SQLite holds on it elsewhere in this process (POSIX).
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE))
  } catch {
    // The file exists, or the next attempt to open it reports the error.
  }
}

/** Removes other users' access to a data folder and to Spillway's files in it. Returns messages about changes and failures. */
export function tightenFolder(folder: string): string[] {
  if (process.platform === 'win32') return []
  const tightened: string[] = []
  const open: string[] = []
  const tighten = (path: string, mode: number): void => {
    try {
      if ((statSync(path).mode & OTHERS) === 0) return
      chmodSync(path, mode)
      tightened.push(path)
    } catch (error) {
      if (existsSync(path)) open.push(`${path} (${(error as Error).message})`)
    }
  }
  const entries = readdirSync(folder, { withFileTypes: true })
  const foreign = entries.filter(entry => !isOwn(folder, entry))
  if (foreign.length === 0) tighten(folder, PRIVATE_FOLDER)
  else if ((statSync(folder).mode & OTHERS) !== 0) open.push(`${folder} (it also holds '${foreign[0].name}', which is not Spillway's)`)
  for (const entry of entries) tightenEntry(folder, entry, tighten)
  const result = `others could read ${tightened.length} of its files and folders: now only their owner can (0700, 0600)`
  return [
    ...(tightened.length > 0 ? [`data folder ${folder}: ${result}`] : []),
    ...open.map(item => `data folder: others can read ${item}; chmod it so that only its owner can`),
  ]
}

function tightenEntry(folder: string, entry: Dirent, tighten: (path: string, mode: number) => void): void {
  const path = join(folder, entry.name)
  if (entry.isFile() && OWN_FILES.test(entry.name)) tighten(path, PRIVATE_FILE)
  if (entry.isDirectory() && OWN_FOLDERS.test(entry.name)) tightenAll(path, tighten)
}

/** Does not follow links; `recursive` of `readdirSync` does. */
function tightenAll(folder: string, tighten: (path: string, mode: number) => void): void {
  tighten(folder, PRIVATE_FOLDER)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) tighten(path, PRIVATE_FILE)
    if (entry.isDirectory()) tightenAll(path, tighten)
  }
}

/**
 * True for Spillway's own entries. Folders with a manifest (a feature store, a training set) and data folders (`.spillway/dev`) are
 * Spillway's too. Their permissions stay unchanged, since this folder's permissions protect them.
 */
function isOwn(folder: string, entry: Dirent): boolean {
  if (!entry.isDirectory()) return entry.isFile() && OWN_FILES.test(entry.name)
  return OWN_FOLDERS.test(entry.name) || ['manifest.json', 'log.db'].some(name => existsSync(join(folder, entry.name, name)))
}
