/** A data folder opened to change what stands in it: one process at a time, as for a run. Each change is a line of the audit log. */
import { SpillwayError } from '../../base/errors.ts'
import { closeFolder, openFolder, readFolder, type DataFolder } from '../../log/sqlite/data-folder.ts'
import { holderOf } from '../../log/sqlite/lock.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import type { SqliteStore } from '../../log/sqlite/sqlite-store.ts'
import { auditedWork } from '../../serve/context/operator-log.ts'
import { operated } from './operator.ts'

/** A change to a folder, as it is told and kept. */
export interface FolderChange {
  readonly of: 'letters' | 'effects' | 'recorded decisions' | 'models'
  /** `dlq drop`. */
  readonly what: string
  readonly numbers: readonly number[] | string
  /** Nothing of what is in the records. */
  readonly detail?: string
}

/** Does the change. `say` replaces the detail; `path` is the log's file. */
export type Changing<T> = (store: SqliteStore, reader: SqliteReader, say: (detail: string) => void, path: string) => Promise<T>

/**
 * Gives the folder's store, and what it holds, to `use`, and closes both. `use` may close the store itself. Throws `SPILL_BUSY` while a run holds the
 * folder, saying what is to be changed without one, `SPILL_STORE` if there is none.
 */
export async function changeFolder<T>(data: string, { of, what, numbers, detail }: FolderChange, use: Changing<T>): Promise<T> {
  // A folder that does not exist is not made.
  readFolder(data).close()
  const entry = { ...operated(what, typeof numbers === 'string' ? numbers : numbers.join(', ')), ...(detail !== undefined && { detail }) }
  return auditedWork(data, entry, async say => {
    const folder = await opened(data, of)
    const reader = readFolder(data)
    try {
      return await use(folder.store, reader, say, folder.path)
    } finally {
      reader.close()
      await closeFolder(folder)
    }
  })
}

async function opened(data: string, what: string): Promise<DataFolder> {
  try {
    return await openFolder(data)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_BUSY') throw error
    const ask = what === 'effects' ? ', or ask its server: POST /effects/NUMBER/retry or /drop' : ''
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${holderOf(data) ?? '(unknown)'}; ${what} are changed while nothing runs: stop the run first${ask}`,
      { place: data, cause: error },
    )
  }
}
