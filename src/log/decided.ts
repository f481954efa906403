/**
 * How far the decisions on a log are recorded: a named value that almost every commit changes. Where a commit has decided on all that it appends, its segment's row says so
 * instead (`sqlite/writer.ts`), which is written anyway: a page less.
 */

/** The name of the value. */
export const DECIDED = 'decided'

/** The value that says that all decisions on entries before this one are recorded, and none on others. */
export const decidedBefore = (entry: number): string => `[${entry},0]`
