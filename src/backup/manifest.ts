/**
 * The manifest of a backup: a JSON object that names every chunk of it. It is written last, so a backup exists with all its chunks or not
 * at all. Its name has the time of the backup and a hash of its bytes, so that backups are sorted by name and damage is found.
 */
import { hash } from 'node:crypto'
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import type { RowKey } from '../log/sqlite/index.ts'
import { manifestProblem } from './manifest-check.ts'
import { type BackupTarget, targetError } from './target/backup-target.ts'

/** A chunk of rows or of a file: an object of the target, named by the SHA-256 of its content. */
export interface Chunk {
  /** SHA-256 of the content, hex. */
  readonly hash: string
  /** Length of the content, before compression. */
  readonly bytes: number
}

/** Consecutive rows of a table. */
export interface TableChunk extends Chunk {
  readonly rows: number
  /** Keys of the first and the last row, of tables that grow at their end. */
  readonly first?: RowKey
  readonly last?: RowKey
  /** Least log entry of the rows, of tables from which retention removes rows by entry. */
  readonly entry?: number
}

/** A table of the log. */
export interface TableBackup {
  readonly table: string
  readonly columns: readonly string[]
  /** Rows before this key are no longer part of the table, though a chunk has them. */
  readonly from?: RowKey
  /** Number of the last change of a row, of tables that number them. */
  readonly change?: number
  readonly chunks: readonly TableChunk[]
}

/** A file beside the log. */
export interface FileBackup {
  /** Path in the data folder, with slashes. */
  readonly path: string
  readonly bytes: number
  /** Last change, UTC ms. */
  readonly modified: number
  readonly chunks: readonly Chunk[]
}

/** Origin of a folder that was restored from a backup. */
export interface RestoreOrigin {
  /** Names this restore. */
  readonly id: string
  readonly backup: string
  /** UTC ms. */
  readonly at: number
}

export interface BackupManifest {
  /** Version of this format. */
  readonly version: number
  /** Version of Spillway that made the backup. */
  readonly spillway: string
  /** Time of the backup, UTC ms: everything committed before is in it, and nothing committed later. */
  readonly at: number
  /** The log's identity, once it has one. */
  readonly log?: string
  readonly pipeline?: string
  /** Entries of the log before this one are in the backup. */
  readonly end: number
  /** The first entry of the log: later than 0 if retention removed entries. */
  readonly begins: number
  /** The last segment: its first entry, and the SHA-256 of its bytes. */
  readonly lastSegment?: { readonly first: number; readonly hash: string }
  /** The last restore in the history of the folder. */
  readonly restored?: RestoreOrigin
  /** Format of the log's database. */
  readonly format: number
  readonly tables: readonly TableBackup[]
  readonly files: readonly FileBackup[]
}

const VERSION = 1
const FOLDER = 'backups/'
const EXPIRED_FOLDER = 'expired/'
const HASH_CHARS = 12

/** Name of the object with a chunk's content. */
export const chunkObject = (hash: string): string => `objects/${hash.slice(0, 2)}/${hash}.zst`

/** SHA-256 of a chunk's content, hex. */
export const contentHash = (bytes: Uint8Array): string => hash('sha256', bytes)

/** All chunks of a backup. */
export function* chunksOf({ tables, files }: Pick<BackupManifest, 'tables' | 'files'>): Generator<Chunk> {
  for (const { chunks } of tables) yield* chunks
  for (const { chunks } of files) yield* chunks
}

const basicTime = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.]/g, '')

/** Writes the manifest of a finished backup. Returns the backup's name. */
export async function writeBackupManifest(target: BackupTarget, manifest: StrictOmit<BackupManifest, 'version'>): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify({ version: VERSION, ...manifest }))
  const name = `${basicTime(manifest.at)}-${contentHash(bytes).slice(0, HASH_CHARS)}`
  await target.put(`${FOLDER}${name}.json`, bytes)
  return name
}

/** Names of all backups of a target, oldest first. Objects that are no manifests are ignored. */
export async function backupNames(target: BackupTarget): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of target.list(FOLDER)) {
    const [, backup] = /^backups\/(\d{8}T\d{9}Z-[0-9a-f]{12})\.json$/.exec(name) ?? []
    if (backup !== undefined) names.push(backup)
  }
  return names.sort()
}

/** Time of a backup by its name, UTC ms. */
export function timeOfBackup(name: string): number {
  const [, date, time, ms] = /^(\d{8})T(\d{6})(\d{3})Z/.exec(name)!
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}.${ms}Z`
  return Date.parse(iso)
}

/**
 * Reads and checks the manifest of a backup.
 *
 * @throws `SPILL_NOT_FOUND`; `SPILL_DATA` for a manifest that is damaged, of a newer format, or planted.
 */
export async function readBackupManifest(target: BackupTarget, name: string, folder = FOLDER): Promise<BackupManifest> {
  const bytes = await target.get(`${folder}${name}.json`)
  if (!bytes) throw new SpillwayError('SPILL_NOT_FOUND', `has no backup ${name}`, { place: target.place })
  if (!name.endsWith(contentHash(bytes).slice(0, HASH_CHARS)))
    throw new SpillwayError(
      'SPILL_DATA',
      `has a damaged manifest of backup ${name}; choose another backup with --at. To give it up, delete ${folder}${name}.json`,
      { place: target.place },
    )
  const manifest = parsedManifest(bytes)
  if (manifest && manifest.version > VERSION)
    throw new SpillwayError('SPILL_DATA', `backup ${name} was made by Spillway ${manifest.spillway}; use that version or a newer one`, {
      place: target.place,
    })
  const problem = manifestProblem(manifest)
  if (problem !== undefined)
    throw new SpillwayError(
      'SPILL_DATA',
      `has a manifest of backup ${name} that Spillway did not write: ${problem}; find out who can write to the target, then delete ${folder}${name}.json`,
      { place: target.place },
    )
  return manifest!
}

function parsedManifest(bytes: Uint8Array): BackupManifest | undefined {
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) as BackupManifest | null) ?? undefined
  } catch {
    return undefined
  }
}

/** Moves a manifest to the expired ones: the backup no longer exists, and its chunks are deleted after a grace period. */
export async function expireManifest(target: BackupTarget, name: string): Promise<void> {
  const bytes = await target.get(`${FOLDER}${name}.json`)
  if (!bytes) return
  await target.put(`${EXPIRED_FOLDER}${name}.json`, bytes)
  await target.remove(`${FOLDER}${name}.json`)
}

/** Expired manifests, each with the time since which it is expired, UTC ms. */
export async function expiredManifests(target: BackupTarget): Promise<{ readonly name: string; readonly since: number }[]> {
  const expired: { name: string; since: number }[] = []
  for await (const { name, modified } of target.list(EXPIRED_FOLDER)) {
    const [, backup] = /^expired\/(.+)\.json$/.exec(name) ?? []
    if (backup !== undefined) expired.push({ name: backup, since: modified })
  }
  return expired
}

export const readExpiredManifest = (target: BackupTarget, name: string): Promise<BackupManifest> =>
  readBackupManifest(target, name, EXPIRED_FOLDER)

export const removeExpiredManifest = (target: BackupTarget, name: string): Promise<void> => target.remove(`${EXPIRED_FOLDER}${name}.json`)

/**
 * The backup that `at` names: a name, or a time, UTC ms, for the newest backup at or before it; without `at` the newest.
 *
 * @throws `SPILL_NOT_FOUND` if there is none.
 */
export async function selectBackup(target: BackupTarget, at?: string | number): Promise<string> {
  const names = await backupNames(target)
  if (names.length === 0) throw targetError(target.place, 'has no backup; check the address, or make one: spillway backup')
  const name =
    typeof at === 'string'
      ? names.find(candidate => candidate === at)
      : names.findLast(each => at === undefined || timeOfBackup(each) <= at)
  if (name !== undefined) return name
  const missing = typeof at === 'string' ? `has no backup ${at}` : `has no backup at or before ${new Date(at!).toISOString()}`
  throw new SpillwayError('SPILL_NOT_FOUND', `${missing}; the oldest is ${names[0]}, and spillway backup list shows all`, {
    place: target.place,
  })
}
