/** The state of a feature group now: the age of its values, and its batch runs. */
import type { ObjectiveAnswer } from '../core/answers.ts'
import type { GroupLack } from '../alerts/source-trouble.ts'
import { Link } from '../core/router.tsx'
import { useServerNow } from '../live/use-status.ts'
import { dueText, type GroupRuns, isRunBad, lastRunText } from '../runs/group-runs.ts'
import { ageText, isTooOld } from './group-age.ts'

export interface GroupState {
  readonly objective: ObjectiveAnswer | undefined
  /** Age of the values that decisions read, ms. */
  readonly age: number | undefined
  /** The delay of the events of its source, which the age does not count. */
  readonly delay: string | undefined
  /** The records that the values lack, while an alert about the source fires. */
  readonly lack: GroupLack | undefined
  /** Absent for a group without batch runs. */
  readonly runs: GroupRuns | undefined
}

const AGE_TITLE =
  'Age of the values that a decision read in the last sample, which the run takes every 10 s; the delay of the events counts only where the objective states the usual delay'

const ageClass = ({ age, lack, objective, runs }: GroupState): string =>
  lack?.isReached === true || isTooOld(age, objective, runs) ? 'bad' : ''

/** Cells of a list: age, and batch run. */
export function GroupCells({ state }: { readonly state: GroupState }) {
  const { age, delay, lack, runs } = state
  const now = useServerNow()
  return (
    <>
      <td title={AGE_TITLE}>
        <span class={ageClass(state)}>{ageText(age, lack)}</span>
        {delay !== undefined && <span class="soft">{delay}</span>}
      </td>
      <td class={runs && isRunBad(runs) ? 'bad' : ''}>
        {runs ? [lastRunText(runs, now), dueText(runs, now)].filter(Boolean).join('; ') : '—'}
      </td>
    </>
  )
}

/** Figures of the page of a group. */
export function GroupFigures({ group, state }: { readonly group: string; readonly state: GroupState }) {
  const { age, delay, lack, runs } = state
  const now = useServerNow()
  return (
    <>
      <div title={AGE_TITLE}>
        <dt>age of the values in use</dt>
        <dd>
          <span class={ageClass(state)}>{ageText(age, lack)}</span>
          {delay !== undefined && <span class="soft">{delay}</span>}
        </dd>
      </div>
      {runs && (
        <>
          <div>
            <dt>
              <Link page="runs" query={{ kind: 'batch-run', group }}>
                last batch run
              </Link>
            </dt>
            <dd class={isRunBad(runs) ? 'bad' : ''}>{lastRunText(runs, now)}</dd>
          </div>
          <div>
            <dt>schedule</dt>
            <dd class={runs.schedule.isOverdue ? 'bad' : ''}>{dueText(runs, now)}</dd>
          </div>
        </>
      )}
    </>
  )
}
