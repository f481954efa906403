/**
 * Finds the backup on which the next one is based: the newest one of the same history of the log, whose chunks it shares.
 *
 * A folder that was restored from an older backup has a history of its own from there on, and its sequence numbers name other events than
 * the later backups of the lost folder. So a base is a backup since the last restore, or else the backup that was restored.
 */
import { SpillwayError } from '../base/index.ts'
import type { LogTableReader } from '../log/sqlite/index.ts'
import { type BackupManifest, contentHash, readBackupManifest, timeOfBackup } from './manifest.ts'
import { RESTORED, type RestoredValue } from './restore-origin.ts'
import { type BackupTarget, targetError } from './target/backup-target.ts'

export interface BackupBase {
  readonly name: string
  readonly manifest: BackupManifest
}

/**
 * The base among the backups of a target, whose names are in order; `undefined` in an empty target, or if the backups of this history are gone.
 *
 * @throws `SPILL_EXISTS` if the target has backups of another log.
 */
export async function findBase(target: BackupTarget, backups: readonly string[], reader: LogTableReader): Promise<BackupBase | undefined> {
  const text = reader.named(RESTORED)
  const restored = text === undefined ? undefined : (JSON.parse(text) as RestoredValue)
  const names = backups.toReversed()
  // Restored from before its log had a name, a folder has another name than the lost one got later.
  const origin = restored && names.includes(restored.backup) ? await manifestIn(target, restored.backup) : undefined
  const mayDiffer = origin !== undefined && origin.log === undefined
  for (const name of names) {
    const manifest = await manifestIn(target, name)
    if (!manifest) continue
    if (!mayDiffer) checkSameLog(target, name, manifest, reader)
    if (manifest.restored?.id !== restored?.id && name !== restored?.backup) continue
    if (mayDiffer) checkSameLog(target, name, manifest, reader)
    if (!continues(manifest, reader))
      throw conflict(
        target,
        `has backup ${name} of this log with other events: one of the two is a copy of the folder that went its own way`,
      )
    return { name, manifest }
  }
  return undefined
}

/**
 * Checks the newest backup of a target before another one is made. Backups are ordered by their times, so one whose clock was ahead would
 * stay the newest: restores would choose it, and retention would delete each later one.
 *
 * @throws `SPILL_CLOCK` if it is later than `now`, UTC ms; `SPILL_BACKUP` if there is none, but there was `previous`: the disk of the
 *   target may not be mounted.
 */
export function checkNewest(target: BackupTarget, backups: readonly string[], now: number, previous?: string): void {
  const newest = backups.at(-1)
  if (newest === undefined) {
    if (previous === undefined) return
    const fix = `is it mounted? To begin anew: spillway backup ${target.place}`
    throw targetError(target.place, `has no backups, though ${previous} was made there; ${fix}`)
  }
  if (timeOfBackup(newest) <= now) return
  const problem = `has backup ${newest}, made at a later time than now, which would hide the next ones`
  throw new SpillwayError('SPILL_CLOCK', `${problem}; correct the clock, or delete backups/${newest}.json`, { place: target.place })
}

/** A manifest; `undefined` for one that is damaged, which is no base, or was deleted meanwhile. */
async function manifestIn(target: BackupTarget, name: string): Promise<BackupManifest | undefined> {
  try {
    return await readBackupManifest(target, name)
  } catch (error) {
    if (error instanceof SpillwayError && (error.code === 'SPILL_DATA' || error.code === 'SPILL_NOT_FOUND')) return undefined
    throw error
  }
}

/** A backup may be older than the log's name. */
function checkSameLog(target: BackupTarget, name: string, { log }: BackupManifest, reader: LogTableReader): void {
  const own = reader.named('log')
  if (log !== undefined && own !== undefined && log !== own) throw conflict(target, `has backup ${name} of another log`)
}

const conflict = (target: BackupTarget, problem: string): SpillwayError =>
  new SpillwayError('SPILL_EXISTS', `${problem}; give each data folder a target of its own: another folder, or another prefix`, {
    place: target.place,
  })

/** Does the log have the last segment of the backup? One that retention has removed since counts. */
function continues({ lastSegment }: BackupManifest, reader: LogTableReader): boolean {
  if (!lastSegment) return true
  const bytes = reader.segmentBytes(lastSegment.first)
  if (bytes) return contentHash(bytes) === lastSegment.hash
  const oldest = reader.ends({ name: 'segment', kind: 'appended', key: 'first' })
  return oldest !== undefined && lastSegment.first < Number(oldest[0])
}
