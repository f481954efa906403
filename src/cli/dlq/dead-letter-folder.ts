/** Access to the dead letters of a data folder for the commands that change them. */
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import { changeFolder, type ApplyFolderChange, type FolderChange, type FolderLog } from '../../operate/index.ts'

/** Opens the folder to change dead letters. Throws like `changeFolder`. */
export const changeDeadLetters = <T>(data: string, change: Omit<FolderChange, 'subject'>, use: ApplyFolderChange<T>): Promise<T> =>
  changeFolder(data, { subject: 'dead letters', ...change }, use)

/** The dead letters with these ids. Throws `SPILL_INPUT` for an unknown or settled dead letter. */
export function requireDeadLetters({ deadLetters }: Pick<FolderLog, 'deadLetters'>, ids: readonly number[]): StoredDeadLetter[] {
  return ids.map(id => {
    const letter = deadLetters.byId(id)
    if (!letter) throw new SpillwayError('SPILL_INPUT', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
    if ('outcome' in letter)
      throw new SpillwayError('SPILL_INPUT', `dead letter ${id} is settled (${letter.outcome}) and cannot be changed`)
    return letter
  })
}
