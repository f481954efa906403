/** A data folder opened to change what stands in it: one process at a time, as for a run. */
import { SpillwayError } from '../base/errors.ts'
import { closeFolder, openFolder, readFolder, type DataFolder } from '../log/sqlite/data-folder.ts'
import { holderOf } from '../log/sqlite/lock.ts'
import type { SqliteReader } from '../log/sqlite/reader.ts'
import type { SqliteStore } from '../log/sqlite/sqlite-store.ts'

/**
 * Gives the folder's store, and what it holds, to `use`, and closes both. `use` may close the store itself. Throws `SPILL_BUSY` while a run holds the
 * folder, saying that `what` is to be changed without one, `SPILL_STORE` if there is none.
 */
export async function changeFolder<T>(
  data: string,
  what: 'letters' | 'effects',
  use: (store: SqliteStore, reader: SqliteReader) => Promise<T>,
): Promise<T> {
  // A folder that does not exist is not made.
  readFolder(data).close()
  const folder = await opened(data, what)
  const reader = readFolder(data)
  try {
    return await use(folder.store, reader)
  } finally {
    reader.close()
    await closeFolder(folder)
  }
}

async function opened(data: string, what: string): Promise<DataFolder> {
  try {
    return await openFolder(data)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_BUSY') throw error
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${holderOf(data) ?? '(unknown)'}; ${what} are changed while nothing runs: stop the run first`,
      { place: data, cause: error },
    )
  }
}
