/** A data folder opened to change its dead letters: one process at a time, as for a run. */
import { SpillwayError } from '../base/errors.ts'
import type { StoredDeadLetter } from '../log/letters.ts'
import { openFolder, readFolder } from '../log/sqlite/data-folder.ts'
import { holderOf } from '../log/sqlite/lock.ts'
import type { SqliteReader } from '../log/sqlite/reader.ts'
import type { SqliteStore } from '../log/sqlite/sqlite-store.ts'

/**
 * Gives the folder's store, and what it holds, to `use`, and closes both. `use` may close the store itself. Throws `SPILL_BUSY` while a run holds the
 * folder, `SPILL_STORE` if there is none.
 */
export async function withLetters<T>(data: string, use: (store: SqliteStore, reader: SqliteReader) => Promise<T>): Promise<T> {
  // A folder that does not exist is not made.
  readFolder(data).close()
  const folder = await opened(data)
  const reader = readFolder(data)
  try {
    return await use(folder.store, reader)
  } finally {
    reader.close()
    await folder.store.close()
    folder.release()
  }
}

async function opened(data: string) {
  try {
    return await openFolder(data)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_BUSY') throw error
    throw new SpillwayError(
      'SPILL_BUSY',
      `is in use by process ${holderOf(data) ?? '(unknown)'}; letters are changed while nothing runs: stop the run first`,
      { place: data, cause: error },
    )
  }
}

/** The letters of these numbers. Throws `SPILL_INPUT` for one that is not there, or settled. */
export function lettersOf({ letters }: SqliteReader, ids: readonly number[]): StoredDeadLetter[] {
  return ids.map(id => {
    const letter = letters.at(id)
    if (!letter) throw new SpillwayError('SPILL_INPUT', `there is no letter ${id}; \`spillway dlq list\` shows those that there are`)
    if ('outcome' in letter) throw new SpillwayError('SPILL_INPUT', `letter ${id} is settled (${letter.outcome}); it is kept as it is`)
    return letter
  })
}
