/**
 * Retention of the backups of a target, and deletion of the objects that none needs.
 *
 * Backups and deletions of several processes may overlap, without a lock. A deleted backup is first only marked (`expired/`). An object is
 * deleted once it is older than the grace period, no backup needs it, and none that expired within the grace period does. A backup that
 * began before and reuses such an object has ended by then, or checks its objects itself (`backup.ts`).
 */
import { type Clock, durationMs, type Duration, limits, SpillwayError, type StrictOmit, wallClock } from '../base/index.ts'
import {
  backupNames,
  chunkObject,
  chunksOf,
  expiredManifests,
  expireManifest,
  readExpiredManifest,
  readBackupManifest,
  removeExpiredManifest,
  timeOfBackup,
} from './manifest.ts'
import type { BackupTarget } from './target/backup-target.ts'

/** Backups that stay: the newest so many, or all that are at most so old. The newest backup always stays. */
export type BackupRetention = { readonly backups: number } | { readonly ms: number }

/** Deleted backups and objects. */
export interface PruneResult {
  readonly expired: readonly string[]
  readonly objects: number
  readonly bytes: number
}

/** Parses `7d` or `30`. Throws `SPILL_INPUT`. */
export function parseRetention(text: string): BackupRetention {
  if (/^[1-9]\d{0,8}$/.test(text)) return { backups: Number(text) }
  try {
    return { ms: durationMs(text as Duration) }
  } catch {
    throw new SpillwayError('SPILL_INPUT', `'${text}' does not say which backups to keep; write an age such as 7d, or a number such as 30`)
  }
}

/**
 * Expires the backups beyond the retention, and deletes what no backup needs. Memory: the hashes of all chunks of the target.
 *
 * @throws `SPILL_BACKUP`, and `SPILL_DATA` for a damaged manifest: what it needs is unknown then, so nothing is deleted.
 */
export async function pruneBackups(target: BackupTarget, retention: BackupRetention, clock: Clock = wallClock): Promise<PruneResult> {
  const now = clock()
  const names = await backupNames(target)
  const expired = names.slice(0, -1).filter((name, i) => !isKept(retention, name, names.length - i, now))
  for (const name of expired) await expireManifest(target, name)
  return { expired, ...(await deleteGarbage(target, now)) }
}

/** Deleted backups after a new one, or the problem of their deletion. */
export type PruneOutcome = { readonly pruned: PruneResult } | { readonly pruneProblem: string }

/** Prunes after a backup, which is whole whether older ones can be deleted or not: so an error is returned. */
export async function pruneAfterBackup(target: BackupTarget, retention: BackupRetention, clock?: Clock): Promise<PruneOutcome> {
  try {
    return { pruned: await pruneBackups(target, retention, clock) }
  } catch (error) {
    return { pruneProblem: `older backups were not deleted: ${(error as Error).message}` }
  }
}

const isKept = (retention: BackupRetention, name: string, rank: number, now: number): boolean =>
  'backups' in retention ? rank <= retention.backups : now - timeOfBackup(name) <= retention.ms

async function deleteGarbage(target: BackupTarget, now: number): Promise<StrictOmit<PruneResult, 'expired'>> {
  const isOld = (since: number): boolean => since < now - limits.BACKUP_GRACE_MS
  const needed = new Set<string>()
  for (const name of await backupNames(target))
    for (const { hash } of chunksOf(await readBackupManifest(target, name))) needed.add(chunkObject(hash))
  const gone: string[] = []
  for (const { name, since } of await expiredManifests(target))
    if (isOld(since)) gone.push(name)
    else for (const { hash } of chunksOf(await readExpiredManifest(target, name))) needed.add(chunkObject(hash))
  let [objects, bytes] = [0, 0]
  for await (const object of target.list('objects/')) {
    if (needed.has(object.name) || !isOld(object.modified)) continue
    await target.remove(object.name)
    objects++
    bytes += object.bytes
  }
  for (const name of gone) await removeExpiredManifest(target, name)
  return { objects, bytes }
}
