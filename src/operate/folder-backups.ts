/** The scheduled backups of a data folder, from the ledger beside its log, and the backup that it was restored from. */
import { backupRecordsIn, type BackupRecord, type FinishedBackup, lastBackup, RESTORED, type RestoreOrigin } from '../backup/index.ts'
import { namedJson, type NamedValues } from '../log/index.ts'

export class FolderBackups {
  readonly #log: Pick<NamedValues, 'get' | 'named'>

  constructor(log: Pick<NamedValues, 'get' | 'named'>) {
    this.#log = log
  }

  /** All stored records, oldest first. */
  list(): BackupRecord[] {
    return backupRecordsIn(this.#log)
  }

  /** The last finished backup. */
  last(): FinishedBackup | undefined {
    return lastBackup(this.#log)
  }

  /** The error of the last attempt, if it failed; `undefined` also without an attempt. */
  failure(): string | undefined {
    return this.list().findLast(({ state }) => state === 'done' || state === 'failed')?.error
  }

  /** The backup that the folder was restored from. */
  origin(): RestoreOrigin | undefined {
    return namedJson(this.#log, RESTORED)
  }
}
