/** Batch runs, reports, trainings and reconciliations as one list of jobs, newest first, and its timeline. */
import type { BatchRunAnswer, ModelAnswer, ReconciliationAnswer, ReportRunAnswer } from '../core/answers.ts'
import { countText, pluralText } from '../core/text.ts'

export const jobKindNames = ['batch-run', 'report', 'training', 'reconciliation'] as const
export type JobKindName = (typeof jobKindNames)[number]

export interface ListedJob {
  readonly kind: JobKindName
  readonly name: string
  readonly number: number
  readonly state: string
  readonly why: string
  /** UTC ms. */
  readonly began: number
  readonly ended?: number
  readonly result: string
}

export interface Ledgers {
  readonly runs: readonly BatchRunAnswer[]
  readonly reports: readonly ReportRunAnswer[]
  readonly models: readonly ModelAnswer[]
  readonly reconciliations: readonly ReconciliationAnswer[]
}

/** All jobs of the ledgers, the newest first. */
export function jobsOf({ runs, reports, models, reconciliations }: Ledgers): ListedJob[] {
  const trainings = models.flatMap(({ model, versions }) => versions.map(version => listedTraining(model, version)))
  const jobs = [...runs.map(batchRunJob), ...reports.map(reportJob), ...trainings, ...reconciliations.map(reconciliationJob)]
  return jobs.sort((a, b) => b.began - a.began)
}

export const batchRunJob = ({ group, done, error, ...run }: BatchRunAnswer): ListedJob => ({
  ...jobOf(run, 'batch-run', group, run.why),
  result: error ?? (done ? `${pluralText(done.keys, 'key')} from ${pluralText(done.read, 'event')}` : ''),
})

export const reportJob = ({ report, done, error, ...run }: ReportRunAnswer): ListedJob => ({
  ...jobOf(run, 'report', report, run.why),
  result: error ?? (done ? `${pluralText(done.rows, 'row')}${done.stale ? ', stale' : ''}` : ''),
})

export const listedTraining = (model: string, version: ModelAnswer['versions'][number]): ListedJob => ({
  ...jobOf(version, 'training', model, version.because ?? version.why),
  state: version.state === 'training' ? 'running' : version.state,
  result: version.error ?? version.verdict ?? '',
})

export const reconciliationJob = ({ done, error, ...run }: ReconciliationAnswer): ListedJob => ({
  // Records of earlier versions, which had schedules alone, have no `why`.
  ...jobOf(run, 'reconciliation', '', run.why ?? 'schedule'),
  result: error ?? (done ? `${countText(done.unexplained)} unexplained of ${pluralText(done.values, 'value')}` : ''),
})

/** The outcome of a job that was started here, as a sentence: `batch run usual, number 5: done, 3 keys from 10 events.` */
export const outcomeText = (job: ListedJob): string =>
  `${jobTitle(job)}, number ${job.number}: ${[job.state, job.result].filter(Boolean).join(', ')}.`

interface JobTimes {
  readonly number: number
  readonly state: string
  readonly began: number
  readonly ended?: number
}

const jobOf = ({ number, state, began, ended }: JobTimes, kind: JobKindName, name: string, why: string) => ({
  kind,
  name,
  number,
  state,
  why,
  began,
  ...(ended !== undefined && { ended }),
})

/** Duration of a job so far, ms; undefined for one whose process was killed, at a time that is not known. */
export const lastedMs = ({ state, began, ended }: Pick<ListedJob, 'state' | 'began' | 'ended'>, now: number): number | undefined =>
  ended === undefined && state !== 'running' ? undefined : (ended ?? now) - began

/** `batch run usual`; a reconciliation has no name. */
export const jobTitle = ({ kind, name }: Pick<ListedJob, 'kind' | 'name'>): string =>
  [kind.replace('-', ' '), name].filter(Boolean).join(' ')

export interface TimelineBar {
  readonly job: ListedJob
  /** Shares of the width, 0 to 1. */
  readonly left: number
  readonly width: number
}

export interface TimelineRow {
  readonly title: string
  readonly bars: readonly TimelineBar[]
}

export interface JobTimeline {
  readonly from: number
  readonly to: number
  readonly rows: readonly TimelineRow[]
}

/** One row for each kind and name, over the time of the jobs; `now` is the end of those that run. */
export function timelineOf(jobs: readonly ListedJob[], now: number): JobTimeline {
  const from = Math.min(now - 60_000, ...jobs.map(({ began }) => began))
  const to = Math.max(now, ...jobs.map(({ ended }) => ended ?? now))
  const share = (ms: number): number => ms / (to - from)
  const byTitle = Map.groupBy(jobs, jobTitle)
  const rows = [...byTitle].map(([title, own]) => ({
    title,
    bars: own.map(job => ({ job, left: share(job.began - from), width: share(lastedMs(job, now) ?? 0) })),
  }))
  return { from, to, rows: rows.sort((a, b) => (a.title < b.title ? -1 : 1)) }
}
