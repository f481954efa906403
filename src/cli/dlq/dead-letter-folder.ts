/** Access to the dead letters of a data folder for the commands that change them. */
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { changeFolder, type ApplyFolderChange, type FolderChange } from '../command/folder-change.ts'

/** Opens the folder to change dead letters. Throws like `changeFolder`. */
export const changeDeadLetters = <T>(data: string, change: Omit<FolderChange, 'subject'>, use: ApplyFolderChange<T>): Promise<T> =>
  changeFolder(data, { subject: 'dead letters', ...change }, use)

/** The dead letters with these ids. Throws `SPILL_NOT_FOUND` for an unknown dead letter, `SPILL_CONFLICT` for a settled one. */
export function requireDeadLetters({ deadLetters: letters }: SqliteReader, ids: readonly number[]): StoredDeadLetter[] {
  return ids.map(id => {
    const letter = letters.byId(id)
    if (!letter) throw new SpillwayError('SPILL_NOT_FOUND', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
    if ('outcome' in letter)
      throw new SpillwayError('SPILL_CONFLICT', `dead letter ${id} is settled (${letter.outcome}) and cannot be changed`)
    return letter
  })
}
