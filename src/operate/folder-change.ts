/** Exclusive access to a data folder for commands that change it, one process at a time. The audit log records each change. */
import { SpillwayError } from '../base/index.ts'
import { closeDataFolder, openDataFolder, readDataFolder, type DataFolder, folderHolder } from '../log/sqlite/index.ts'
import type { LogStore } from '../log/index.ts'
import type { FolderLog } from './folder-log.ts'
import { operatorAuditEntry, withOperatorLogAsync } from './control/operator-log.ts'

/** A change to a folder, for messages and the audit log. */
export interface FolderChange {
  readonly subject: 'recorded decisions' | 'models'
  /** The command: `reconcile repair`. */
  readonly command: string
  /** Numbers or names of the changed objects. */
  readonly targets: readonly number[] | string
  /** Never contains data from the records. */
  readonly detail?: string
}

/** Makes the change. `setDetail` replaces the detail in the audit log; `path` is the log's file. */
export type ApplyFolderChange<T> = (store: LogStore, log: FolderLog, setDetail: (detail: string) => void, path: string) => Promise<T>

/**
 * Opens the folder's store and a reader, passes both to `use`, and closes both. `use` may close the store itself.
 * Throws `SPILL_BUSY` while a run holds the folder, and `SPILL_STORE` if the folder has no log.
 */
export async function changeFolder<T>(
  data: string,
  { subject, command, targets, detail }: FolderChange,
  use: ApplyFolderChange<T>,
): Promise<T> {
  // Throws for a folder that does not exist, so that no folder is created.
  readDataFolder(data).close()
  const entry = {
    ...operatorAuditEntry(command, typeof targets === 'string' ? targets : targets.join(', ')),
    ...(detail !== undefined && { detail }),
  }
  return withOperatorLogAsync(data, entry, async setDetail => {
    const folder = await openExclusively(data, subject)
    const reader = readDataFolder(data)
    try {
      return await use(folder.store, reader, setDetail, folder.path)
    } finally {
      reader.close()
      await closeDataFolder(folder)
    }
  })
}

async function openExclusively(data: string, subject: string): Promise<DataFolder> {
  try {
    return await openDataFolder(data)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_BUSY') throw error
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${folderHolder(data) ?? '(unknown)'}; ${subject} can change only while no run holds the folder: stop the run first`,
      { place: data, cause: error },
    )
  }
}
