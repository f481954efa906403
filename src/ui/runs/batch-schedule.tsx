/** Batch runs by feature group: the values in use, the last run, and when the next is due. */
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import { Link } from '../core/router.tsx'
import { spanText, timeStamp } from '../core/text.ts'
import { useServerNow } from '../live/use-status.ts'
import { dueText, groupRunsIn, isRunBad, lastRunText } from './group-runs.ts'

export function BatchSchedule({ answer }: { readonly answer: BatchRunsAnswer }) {
  const groups = groupRunsIn(answer)
  const now = useServerNow()
  if (groups.length === 0) return null
  return (
    <table class="list">
      <caption>Batch runs by feature group; times are UTC.</caption>
      <thead>
        <tr>
          <th scope="col">Feature group</th>
          <th scope="col">Values in use</th>
          <th scope="col">Last run</th>
          <th scope="col">Schedule</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(runs => (
          <tr key={runs.group}>
            <th scope="row">
              <Link page="features" item={runs.group}>
                {runs.group}
              </Link>
            </th>
            <td>{runs.used ? `as of ${timeStamp(runs.used.s)}, ${spanText(now - runs.used.s)} old` : 'none'}</td>
            <td class={isRunBad(runs) ? 'bad' : ''}>{lastRunText(runs, now)}</td>
            <td class={runs.schedule.isOverdue ? 'bad' : ''}>{dueText(runs, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
