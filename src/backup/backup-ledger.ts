/** Ledger of a run's scheduled backups, in named values of the log's store. */
import { jobRecordsIn, type JobRecord } from '../jobs/index.ts'
import { namedJson, type NamedValues } from '../log/index.ts'
import type { BackupJobResult } from './backup-job.ts'

/** State of one scheduled backup, as stored. */
export interface BackupRecord extends JobRecord {
  /** The target for people, without parameters. */
  readonly to: string
  readonly done?: BackupJobResult
}

/** Records are stored under names that begin so. */
export const BACKUPS = 'backup/'

/** Name of the stored value with the last finished record. It is read often, so it has its own name. */
export const LAST_BACKUP = 'last-backup'

/** All stored records, oldest first. */
export const backupRecordsIn = (store: Pick<NamedValues, 'named'>): BackupRecord[] => jobRecordsIn(store, BACKUPS)

/** A record with its result. */
export type FinishedBackup = BackupRecord & Required<Pick<BackupRecord, 'done' | 'ended'>>

/** The last finished record. */
export const lastBackup = (store: Pick<NamedValues, 'get'>): FinishedBackup | undefined => namedJson(store, LAST_BACKUP)
