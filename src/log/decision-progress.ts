/**
 * Decision progress: the entry before which all decisions on the log are recorded, as a named value that almost every commit changes. A
 * commit that decides on all that it appends stores it in its segment's row instead (`sqlite/writer.ts`). That row is written anyway, which
 * saves a page.
 */

/** Name of the stored value. */
export const DECISION_PROGRESS = 'decided'

/** Value for: all decisions on entries before `entry` are recorded, and none on later entries. */
export const decisionProgressText = (entry: number): string => `[${entry},0]`
