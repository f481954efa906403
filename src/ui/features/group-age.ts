/** The age of the values of a feature group that decisions read. */
import type { ObjectiveAnswer } from '../core/answers.ts'
import { spanText } from '../core/text.ts'
import type { GroupRuns } from '../runs/group-runs.ts'

/** `undefined`: no sample yet, or no values in use. */
export const ageText = (ageMs: number | undefined): string => (ageMs === undefined ? '—' : ageMs < 1000 ? 'current' : spanText(ageMs))

/** The delay of the events of a source, where it is worth a word. */
export const delayText = (delayMs: number | undefined): string | undefined =>
  delayMs === undefined || delayMs < 1000 ? undefined : `; the events of its source are ${spanText(delayMs)} late`

/** Beyond the objective, or of a batch run that should have been replaced. */
export const isTooOld = (
  ageMs: number | undefined,
  objective: Pick<ObjectiveAnswer, 'age'> | undefined,
  runs: Pick<GroupRuns, 'schedule'> | undefined,
): boolean => ageMs !== undefined && (objective ? ageMs > objective.age : runs?.schedule.isOverdue === true)
