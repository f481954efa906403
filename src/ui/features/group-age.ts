/** The age of the values of a feature group that decisions read. */
import type { ObjectiveAnswer } from '../core/answers.ts'
import type { GroupLack } from '../alerts/source-trouble.ts'
import { countText, percentText, spanText } from '../core/text.ts'
import type { GroupRuns } from '../runs/group-runs.ts'

/** `undefined`: no sample yet, or no values in use. Values that lack records are not called current. */
export function ageText(ageMs: number | undefined, lack?: GroupLack): string {
  if (lack?.isReached === true && ageMs !== undefined && ageMs < 1000) return lack.text
  const age = ageMs === undefined ? '—' : ageMs < 1000 ? 'current' : spanText(ageMs)
  return lack ? `${age}; ${lack.text}` : age
}

/** The delay of the events of a source, where it is worth a word. */
export const delayText = (delayMs: number | undefined): string | undefined =>
  delayMs === undefined || delayMs < 1000 ? undefined : `; the events of its source are ${spanText(delayMs)} late`

/** Beyond the objective, or of a batch run that should have been replaced. */
export const isTooOld = (
  ageMs: number | undefined,
  objective: Pick<ObjectiveAnswer, 'age'> | undefined,
  runs: Pick<GroupRuns, 'schedule'> | undefined,
): boolean => ageMs !== undefined && (objective ? ageMs > objective.age : runs?.schedule.isOverdue === true)

/** `100 % of 312 decisions in the last hour`: without decisions there is no share. Empty before the first count. */
export function metText({ recent }: Pick<ObjectiveAnswer, 'recent'>): string {
  if (!recent) return ''
  const { decisions, within } = recent
  if (decisions === 0) return 'no decision in the last hour'
  return `${percentText(within / decisions)} of ${countText(decisions)} in the last hour`
}

const STATE_OBJECTIVE = "freshness: { objective: '15m' } in the definition states a limit"

/** The alerts about the age of a group without an objective. */
export const noObjectiveText = (runs: GroupRuns | undefined): string =>
  runs ? `an overdue batch run raises an alert, the age alone does not; ${STATE_OBJECTIVE}` : `its age raises no alert; ${STATE_OBJECTIVE}`
