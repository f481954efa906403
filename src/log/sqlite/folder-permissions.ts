/**
 * Permissions of a data folder: only its owner reads what is in it (0700, files 0600). Records, decisions and effects are in its log, hashes of tokens beside it.
 *
 * Spillway creates its files with these permissions, and sets them on files of earlier versions when it opens the folder. A folder that
 * also holds other files keeps its own permissions, and a warning says so: it may be a project, or `/srv`. Windows has no such permissions.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, type Dirent } from 'node:fs'
import { dirname, join } from 'node:path'

export const PRIVATE_FOLDER = 0o700
export const PRIVATE_FILE = 0o600
const OTHERS = 0o077

const OWN_FILES =
  /^(?:(?:log|lock)\.db(?:-wal|-shm|-journal)?|holder\.json|tokens\.json|objectives\.json|audit\.ndjson|copy-.+\.ndjson)(?:\.part|\.partial)?$/
const OWN_FOLDERS = /^(?:state|spill|reports)$/

/** Makes a folder that only its owner reads, if it is not there; folders above it have the permissions that folders have. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
}

/** Makes an empty file that only its owner reads, if it is not there: SQLite would make it for everybody, and gives its WAL and index what it has. */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', PRIVATE_FILE))
  } catch {
    // The next attempt to open the file reports the error.
  }
}

/** Takes from everybody else what they may do with a data folder and with what is Spillway's in it. Says what it did and what it could not do. */
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
  const strange = entries.filter(entry => !isOwn(folder, entry))
  if (strange.length === 0) tighten(folder, PRIVATE_FOLDER)
  else if ((statSync(folder).mode & OTHERS) !== 0) open.push(`${folder} (it also holds '${strange[0].name}', which is not Spillway's)`)
  for (const entry of entries) tightenEntry(folder, entry, tighten)
  const done = `others could read ${tightened.length} of its files and folders: now only their owner can (0700, 0600)`
  return [
    ...(tightened.length > 0 ? [`data folder ${folder}: ${done}`] : []),
    ...open.map(what => `data folder: others can read ${what}; chmod it so that only its owner can`),
  ]
}

function tightenEntry(folder: string, entry: Dirent, tighten: (path: string, mode: number) => void): void {
  const path = join(folder, entry.name)
  if (entry.isFile() && OWN_FILES.test(entry.name)) tighten(path, PRIVATE_FILE)
  if (entry.isDirectory() && OWN_FOLDERS.test(entry.name)) tightenAll(path, tighten)
}

/** Follows no link, which `recursive` of `readdirSync` does. */
function tightenAll(folder: string, tighten: (path: string, mode: number) => void): void {
  tighten(folder, PRIVATE_FOLDER)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) tighten(path, PRIVATE_FILE)
    if (entry.isDirectory()) tightenAll(path, tighten)
  }
}

/**
 * Is it Spillway's? A folder with a manifest is (a store of feature values, a training set), and a data folder (`.spillway/dev`). They stay as they are, behind the
 * permissions of this one.
 */
function isOwn(folder: string, entry: Dirent): boolean {
  if (!entry.isDirectory()) return entry.isFile() && OWN_FILES.test(entry.name)
  return OWN_FOLDERS.test(entry.name) || ['manifest.json', 'log.db'].some(name => existsSync(join(folder, entry.name, name)))
}
