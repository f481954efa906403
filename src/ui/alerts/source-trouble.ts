/** The meaning of an alert about a source for the values of a feature group: the records that they lack, and from when on. */
import type { GroupAnswer } from '../core/answers.ts'
import { timeStamp } from '../core/text.ts'
import type { GroupRuns } from '../runs/group-runs.ts'
import type { AlertAnswer } from './alert-answers.ts'

/** Records that the values of a group lack. */
export interface GroupLack {
  readonly text: string
  /** The values in use lack them; otherwise those of its next batch run will. */
  readonly isReached: boolean
}

type Group = Pick<GroupAnswer, 'name' | 'source' | 'placement'>

const lacks: Readonly<Record<string, string>> = {
  lag: 'lacks the records that wait',
  'source-stopped': 'no new records come',
  'dead-letters': 'lacks the rejected records',
  availability: 'the run accepts no records',
}

/** A few rejections, a ticket, are no lack. */
const isLack = ({ cause, subject, severity }: AlertAnswer, source: string): boolean =>
  Object.hasOwn(lacks, cause) &&
  (cause === 'availability' || (subject.kind === 'source' && subject.name === source)) &&
  (cause !== 'dead-letters' || severity === 'page')

/** The lack of a group by the first alert about its source. `runs`: its batch runs, if it has any. */
export function groupLack(alerts: readonly AlertAnswer[], group: Group, runs: GroupRuns | undefined, now: number): GroupLack | undefined {
  const alert = alerts.find(candidate => isLack(candidate, group.source))
  if (!alert) return undefined
  const from = reachedFrom(alert, group, runs)
  const text = lacks[alert.cause]
  return from === undefined ? { text, isReached: true } : { text: `from ${soonText(from, now)} UTC on: ${text}`, isReached: false }
}

/**
 * The next batch run, UTC ms, with which an alert about a source reaches a group whose decisions read batch results alone: the values in
 * use are of before the trouble began. `undefined` if it reaches the group now.
 */
function reachedFrom({ subject, began, opened }: AlertAnswer, { placement }: Group, runs: GroupRuns | undefined): number | undefined {
  if (subject.kind !== 'source' || placement.kind !== 'batch' || !runs?.used || runs.running || runs.schedule.isOverdue) return undefined
  return runs.used.s <= (began ?? opened) ? runs.schedule.next : undefined
}

/** Groups that an alert reaches only later, with the time of it, such as `02:00`. */
export const laterGroups = (
  alert: AlertAnswer,
  groups: readonly Group[],
  runs: readonly GroupRuns[],
  now: number,
): ReadonlyMap<string, string> =>
  new Map(
    groups.flatMap(group => {
      const from = reachedFrom(
        alert,
        group,
        runs.find(candidate => candidate.group === group.name),
      )
      return from === undefined ? [] : [[group.name, soonText(from, now)] as const]
    }),
  )

const DAY_MS = 86_400_000

/** UTC: `02:00` in the next 24 h, `01-05 02:00` after that. */
const soonText = (time: number, now: number): string => timeStamp(time).slice(time - now < DAY_MS ? 11 : 5, 16)
