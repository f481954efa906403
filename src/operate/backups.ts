/** Backup and restore of data folders, by the address of a target. A run may hold the folder that is backed up. */
import { SpillwayError, sumBy } from '../base/index.ts'
import {
  addressForPeople,
  backUpFolder,
  type BackupOptions,
  type BackupResult,
  type BackupRetention,
  type BackupTarget,
  backupNames,
  chunksOf,
  openTarget,
  pruneAfterBackup,
  type PruneOutcome,
  readBackupManifest,
  restoreFolder,
  type RestoreFolderOptions,
  type RestoreResult,
  selectBackup,
  type VerifiedBackup,
  verifyBackups,
} from '../backup/index.ts'
import { logDamageText } from '../log/index.ts'
import { operatorAuditEntry, withOperatorLogAsync } from './control/operator-log.ts'
import { withFolder } from './folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A backup in a list. */
export interface ListedBackup {
  readonly backup: string
  /** Time of the backup, UTC ms. */
  readonly at: number
  readonly pipeline?: string
  /** Entries of the log before this one are in the backup. */
  readonly end: number
  /** Length of the content, bytes, and the length of what no earlier backup of the list has. */
  readonly bytes: number
  readonly added: number
  /** The backup from which the folder was restored before. */
  readonly restoredFrom?: string
  /** The problem of a manifest that cannot be read. */
  readonly problem?: string
}

/** Calls `use` with the target of an address, and releases its connections. Throws as `openTarget` does. */
async function withTarget<T>(address: string, env: Environment, use: (target: BackupTarget) => Promise<T>): Promise<T> {
  const target = openTarget(address, env)
  try {
    return await use(target)
  } finally {
    await target.close()
  }
}

/** Backs up a data folder, then deletes the backups beyond the retention, if it can. Throws as `backUpFolder` does. */
export function backUpData(
  data: string,
  address: string,
  env: Environment,
  { keep, ...options }: BackupOptions & { readonly keep?: BackupRetention | undefined } = {},
): Promise<BackupResult & Partial<PruneOutcome>> {
  return withTarget(address, env, async target => {
    const result = await backUpFolder(data, target, options)
    return keep ? { ...result, ...(await pruneAfterBackup(target, keep, options.clock)) } : result
  })
}

/** All backups of a target, oldest first. Reads every manifest. */
export function listBackups(address: string, env: Environment): Promise<ListedBackup[]> {
  return withTarget(address, env, async target => {
    const seen = new Set<string>()
    const listed: ListedBackup[] = []
    for (const backup of await backupNames(target)) listed.push(await listedBackup(target, backup, seen))
    return listed
  })
}

/** `seen`: hashes of the chunks of earlier backups; gets those of this one. */
async function listedBackup(target: BackupTarget, backup: string, seen: Set<string>): Promise<ListedBackup> {
  try {
    const manifest = await readBackupManifest(target, backup)
    const { at, pipeline, end, restored } = manifest
    const chunks = [...chunksOf(manifest)]
    const added = sumBy(
      chunks.filter(({ hash }) => !seen.has(hash)),
      chunk => chunk.bytes,
    )
    for (const { hash } of chunks) seen.add(hash)
    return {
      backup,
      at,
      ...(pipeline !== undefined && { pipeline }),
      end,
      bytes: sumBy(chunks, chunk => chunk.bytes),
      added,
      ...(restored && { restoredFrom: restored.backup }),
    }
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_DATA') throw error
    return { backup, at: 0, end: 0, bytes: 0, added: 0, problem: error.message }
  }
}

/** Checks the newest backup of a target, the one that `at` names, or all. Reads their content. */
export function verifyTarget(
  address: string,
  env: Environment,
  { at, all = false }: { readonly at?: string | number | undefined; readonly all?: boolean },
): Promise<VerifiedBackup[]> {
  return withTarget(address, env, async target => {
    const newest = await selectBackup(target, at)
    const checked: VerifiedBackup[] = []
    for await (const backup of verifyBackups(target, all ? await backupNames(target) : [newest])) checked.push(backup)
    return checked
  })
}

/** A restored folder, checked. */
export interface RestoredData extends RestoreResult {
  /** Effects that wait: the next run delivers them, some of them for the second time, under their keys. */
  readonly pending: number
}

/**
 * Restores a backup into an empty data folder, then reads all of it: log, decisions and their checksums.
 *
 * @throws as `restoreFolder`; `SPILL_DATA` if the restored folder has damage, which it then had when it was backed up.
 */
export async function restoreData(
  address: string,
  data: string,
  env: Environment,
  options: RestoreFolderOptions = {},
): Promise<RestoredData> {
  const result = await withTarget(address, env, target => restoreFolder(target, data, options))
  return withOperatorLogAsync(data, { ...operatorAuditEntry('restore', result.backup), detail: `from ${addressForPeople(address)}` }, () =>
    withFolder(data, folder => {
      const { damage, entries } = folder.health({ verify: true })
      const problem = damage.length > 0 ? logDamageText(damage[0]) : undefined
      if (problem !== undefined || (entries !== result.end && entries > 0))
        throw new SpillwayError(
          'SPILL_DATA',
          `was restored as it was backed up, and is damaged: ${problem ?? `it has ${entries} entries of ${result.end}`}; restore an earlier backup with --at`,
          { place: data },
        )
      const pending = sumBy([...folder.log.effects.pendingCounts().values()], count => count)
      return { ...result, pending }
    }),
  )
}
