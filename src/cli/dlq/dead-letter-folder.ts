/** The dead letters of a data folder that are to be changed. */
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDeadLetter } from '../../log/letters.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { changeFolder, type Changing, type FolderChange } from '../command/folder-change.ts'

/** Throws as `changeFolder`. */
export const withLetters = <T>(data: string, change: Omit<FolderChange, 'of'>, use: Changing<T>): Promise<T> =>
  changeFolder(data, { of: 'letters', ...change }, use)

/** The letters of these numbers. Throws `SPILL_INPUT` for one that is not there, or settled. */
export function lettersOf({ letters }: SqliteReader, ids: readonly number[]): StoredDeadLetter[] {
  return ids.map(id => {
    const letter = letters.at(id)
    if (!letter) throw new SpillwayError('SPILL_INPUT', `there is no letter ${id}; \`spillway dlq list\` shows those that there are`)
    if ('outcome' in letter) throw new SpillwayError('SPILL_INPUT', `letter ${id} is settled (${letter.outcome}); it is kept as it is`)
    return letter
  })
}
