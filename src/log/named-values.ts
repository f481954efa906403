/** Named values of a store that a run commits: positions of readers, the decision progress, and the start of a log without its oldest entries. */
import type { NamedValues } from './store.ts'

/**
 * Name of the decision progress: the entry before which all decisions on the log are recorded. Almost every commit changes it. A commit
 * that decides on all that it appends stores it in its segment's row instead (`sqlite/writer.ts`). That row is written anyway, which saves a
 * page.
 */
export const DECISION_PROGRESS = 'decided'

/** Value for: all decisions on entries before `entry` are recorded, and none on later entries. */
export const decisionProgressText = (entry: number): string => `[${entry},0]`

/** The names of readers' positions start with this. */
export const POSITION_PREFIX = 'cursor/'

/** Name of the committed position of a reader. */
export const positionKey = (reader: string): string => `${POSITION_PREFIX}${reader}`

/** Start of a log: later than entry 0 if retention removed entries. */
export interface LogStart {
  /** The first entry that the log still has. */
  readonly entry: number
  /** Greatest arrival of the removed events, UTC ms; −Infinity if nothing was removed. */
  readonly arrival: number
}

/** Name of the stored value that holds the log start; it is committed together with the removal. */
export const LOG_START = 'begins'

export const logStartText = ({ entry, arrival }: LogStart): string => JSON.stringify([entry, arrival])

export function logStartOf(store: Pick<NamedValues, 'get'>): LogStart {
  const text = store.get(LOG_START)
  if (text === undefined) return { entry: 0, arrival: -Infinity }
  const [entry, arrival] = JSON.parse(text) as [number, number]
  return { entry, arrival }
}
