/** Batch runs, reports, trainings and reconciliations on a timeline; start and cancel. */
import { Fragment } from 'preact'
import type { ModelAnswer, PipelineAnswer, ReconciliationAnswer, ReportRunAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import type { View } from '../core/location.ts'
import { useResource } from '../core/resource.ts'
import { prefix, setFilters } from '../core/router.tsx'
import { call } from '../core/server.ts'
import { useRole } from '../core/session.ts'
import { pluralText, spanText, timeStamp } from '../core/text.ts'
import { useServerNow } from '../live/use-status.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { SelectFilter } from '../parts/select-filter.tsx'
import { type Change, useChange } from '../parts/use-change.ts'
import { BatchSchedule } from './batch-schedule.tsx'
import { usualDuration, usualText } from './group-runs.ts'
import {
  batchRunJob,
  type ListedJob,
  jobKindNames,
  jobsOf,
  jobTitle,
  lastedMs,
  outcomeText,
  reconciliationJob,
  reportJob,
  timelineOf,
  listedTraining,
} from './job-list.ts'

const POLL_MS = 3000

const CANCEL_NOTE =
  'Cancel is safe: the values, the report or the champion in use stay in use, and the job runs again at its next due time, when you start it, or after a restart. A job that you start waits until the running one of its kind has ended; Cancel ends that one alone.'

interface RunsProps {
  readonly view: View
  readonly pipeline: PipelineAnswer
}

export function Runs({ view, pipeline }: RunsProps) {
  const runs = useResource<BatchRunsAnswer>('/runs', POLL_MS)
  const reports = useResource<{ reports: ReportRunAnswer[] }>('/reports', POLL_MS)
  const models = useResource<{ models: ModelAnswer[] }>('/models', POLL_MS)
  const reconciliations = useResource<{ reconciliations: ReconciliationAnswer[] }>('/reconciliations', POLL_MS)
  const reload = (): void => [runs, reports, models, reconciliations].forEach(resource => resource.reload())
  const cancel = useChange(reload)
  const mayOperate = useRole('operate')
  const { kind, group } = view.query
  const all = jobsOf({
    runs: runs.value?.runs ?? [],
    reports: reports.value?.reports ?? [],
    models: models.value?.models ?? [],
    reconciliations: reconciliations.value?.reconciliations ?? [],
  })
  const lateGroups = runs.value?.schedules.flatMap(({ group: name, isOverdue }) => (isOverdue ? [name] : [])) ?? []
  const jobs = all.filter(job => (kind === undefined || job.kind === kind) && (group === undefined || job.name === group))
  return (
    <>
      <h1>Runs</h1>
      {mayOperate && (
        <StartButtons pipeline={pipeline} running={all.filter(({ state }) => state === 'running')} cancel={cancel} onChanged={reload} />
      )}
      <ChangeNotice change={cancel} />
      {runs.value && <BatchSchedule answer={runs.value} />}
      <div class="filters">
        <SelectFilter label="Kind" value={kind} choices={jobKindNames} onChoose={name => setFilters(view, { kind: name })} />
        <SelectFilter
          label="Of"
          value={group}
          choices={[...new Set(all.map(({ name }) => name).filter(Boolean))]}
          onChoose={name => setFilters(view, { group: name })}
        />
      </div>
      {jobs.length === 0 ? (
        <p class="soft">
          {runs.value ? 'No batch run, report, training or reconciliation is in the ledgers.' : (runs.error?.message ?? 'Reading …')}
        </p>
      ) : (
        <>
          <TimelineChart jobs={jobs} />
          {mayOperate && jobs.some(({ state }) => state === 'running') && <p class="soft">{CANCEL_NOTE}</p>}
          <JobTable jobs={jobs} late={lateGroups} mayOperate={mayOperate} cancel={cancel} />
        </>
      )}
    </>
  )
}

interface StartProps {
  readonly pipeline: PipelineAnswer
  readonly running: readonly ListedJob[]
  readonly cancel: Change
  readonly onChanged: () => void
}

interface JobStart extends Pick<ListedJob, 'kind' | 'name'> {
  readonly title: string
  /** Answers once the result is in use. */
  readonly start: () => Promise<ListedJob>
}

/** The jobs that can be started outside their schedule. The cancelling of one that runs comes before its start. */
function StartButtons({ pipeline: { groups, reports, models }, running, cancel, onChanged }: StartProps) {
  const starts: readonly JobStart[] = [
    ...groups
      .filter(({ placement: { kind } }) => kind === 'batch' || kind === 'hybrid')
      .map(({ name }) => {
        const start = async () => batchRunJob(await call('POST', `/groups/${encodeURIComponent(name)}/runs`))
        return { kind: 'batch-run', name, title: `Start batch run of ${name}`, start } as const
      }),
    ...reports.map(({ name }) => {
      const start = async () => reportJob(await call('POST', `/reports/${encodeURIComponent(name)}`))
      return { kind: 'report', name, title: `Make report ${name}`, start } as const
    }),
    ...models
      .filter(({ isTrained }) => isTrained)
      .map(({ name }) => {
        const start = async () => listedTraining(name, await call('POST', `/models/${encodeURIComponent(name)}/train`))
        return { kind: 'training', name, title: `Train ${name}`, start } as const
      }),
    {
      kind: 'reconciliation',
      name: '',
      title: 'Reconcile now',
      start: async () => reconciliationJob(await call('POST', '/reconciliations')),
    },
  ]
  return (
    <div class="buttons">
      {starts.map(({ kind, name, title, start }) => {
        const job = running.find(candidate => candidate.kind === kind && candidate.name === name)
        return (
          <Fragment key={title}>
            {job && (
              <CancelButton job={job} cancel={cancel} title={`Cancel ${kind.replace('-', ' ')} ${job.number}${name && ` of ${name}`}`} />
            )}
            <StartButton title={title} start={start} onChanged={onChanged} />
          </Fragment>
        )
      })}
    </div>
  )
}

interface CancelButtonProps {
  readonly job: ListedJob
  readonly cancel: Change
  readonly title: string
}

const CancelButton = ({ job, cancel, title }: CancelButtonProps) => (
  <button type="button" class="danger" disabled={cancel.isBusy} onClick={() => void cancel.run(() => cancelJob(job))}>
    {title}
  </button>
)

interface StartButtonProps {
  readonly title: string
  readonly start: () => Promise<ListedJob>
  readonly onChanged: () => void
}

/** A start is answered when the result is in use, which may take hours: other jobs are started and cancelled meanwhile. */
function StartButton({ title, start, onChanged }: StartButtonProps) {
  const change = useChange(onChanged)
  return (
    <>
      <button type="button" disabled={change.isBusy} onClick={() => void change.run(async () => outcomeText(await start()))}>
        {title}
      </button>
      <ChangeNotice change={change} />
    </>
  )
}

async function cancelJob({ kind, name, number }: ListedJob): Promise<string> {
  await call('POST', '/jobs/cancel', { kind, number, ...(kind !== 'reconciliation' && { name }) })
  if (kind === 'reconciliation') return 'The reconciliation is cancelled; the next one compares its decisions.'
  return `The ${kind.replace('-', ' ')} of ${name} is cancelled; what was in use before stays in use.`
}

function TimelineChart({ jobs }: { readonly jobs: readonly ListedJob[] }) {
  const { from, to, rows } = timelineOf(jobs, useServerNow())
  const percent = (share: number): string => `${(share * 100).toFixed(3)}%`
  return (
    <figure class="timeline">
      <figcaption class="soft">
        {timeStamp(from).slice(0, 19)} to {timeStamp(to).slice(0, 19)} UTC
      </figcaption>
      {rows.map(({ title, bars }) => (
        <div key={title} class="lane">
          <span class="lane-title">{title}</span>
          <div class="lane-bars" role="img" aria-label={`${pluralText(bars.length, 'run')} of ${title}`}>
            {bars.map(({ job, left, width }) => (
              <span
                key={job.number}
                class={`job ${job.state}`}
                style={{ left: percent(left), width: percent(width) }}
                title={`${job.number}, ${job.state}, ${timeStamp(job.began)} UTC`}
              />
            ))}
          </div>
        </div>
      ))}
    </figure>
  )
}

/** The usual duration of a running job, from the others of its kind and name. */
const usualTextOf = ({ kind, name, state }: ListedJob, jobs: readonly ListedJob[]): string =>
  state === 'running' ? usualText(usualDuration(jobs.filter(job => job.kind === kind && job.name === name))) : ''

function JobState({ job, isLate, usual }: { readonly job: ListedJob; readonly isLate: boolean; readonly usual: string }) {
  const { state } = job
  const ms = lastedMs(job, useServerNow())
  const isRunning = state === 'running'
  const colour = state === 'failed' || (isRunning && isLate) ? 'bad' : ''
  return (
    <>
      <td class={colour}>{isRunning && isLate ? 'running, overdue' : state}</td>
      <td class={`number ${isRunning ? colour : ''}`}>
        {ms === undefined ? '–' : spanText(ms)}
        {isRunning && ' so far'} {usual !== '' && <span class="soft">{usual}</span>}
      </td>
    </>
  )
}

interface JobTableProps {
  readonly jobs: readonly ListedJob[]
  /** Feature groups whose batch run is overdue. */
  readonly late: readonly string[]
  readonly mayOperate: boolean
  readonly cancel: Change
}

function JobTable({ jobs, late, mayOperate, cancel }: JobTableProps) {
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Began (UTC)</th>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col">Result</th>
          {mayOperate && <th scope="col">Change</th>}
        </tr>
      </thead>
      <tbody>
        {jobs.map(job => (
          <tr key={`${job.kind} ${job.name} ${job.number}`}>
            <td>{timeStamp(job.began)}</td>
            <td>
              <strong>{jobTitle(job)}</strong>{' '}
              <span class="soft">
                {job.number}, {job.why}
              </span>
              {job.kind === 'report' && job.state === 'done' && (
                <>
                  {' '}
                  <a href={`${prefix}/reports/${encodeURIComponent(job.name)}/latest`}>newest file</a>
                </>
              )}
            </td>
            <JobState job={job} isLate={job.kind === 'batch-run' && late.includes(job.name)} usual={usualTextOf(job, jobs)} />
            <td>{job.result}</td>
            {mayOperate && <td>{job.state === 'running' && <CancelButton job={job} cancel={cancel} title="Cancel" />}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
